# Every target makes .venv when it is missing, repairs it when it is half-made, and updates it when a lock changed.
# Needs Python 3.11 or newer and nothing else; no root. Choose another Python with `make build PYTHON=/path/to/python`.

.DEFAULT_GOAL := help
.PHONY: help build test drift lint format types lab lock environment clean distclean
.NOTPARALLEL:

PYTHON ?=
ARGS ?=
BIN := .venv/bin
SOURCES := kb tests tools benchmarks

RUN = @PYTHON="$(PYTHON)" sh tools/environment.sh run
DEV = @PYTHON="$(PYTHON)" sh tools/environment.sh dev

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Validate the evidence, run stale notebooks, write build/site (ARGS="--force" and others)
	$(RUN)
	@$(BIN)/kb build $(ARGS)

test: ## Run all tests, style, type and import checks included (ARGS="-k words" and others)
	$(DEV)
	@$(BIN)/python -m pytest -n auto $(ARGS)

drift: ## Say what the pages tell otherwise than the accepted facts; fail on drift (ARGS="--report FILE.md" and others)
	$(RUN)
	@$(BIN)/kb build --check $(ARGS)

lint: ## Check style, format and the direction of imports
	$(DEV)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/lint-imports

format: ## Format the code and fix what can be fixed safely
	$(DEV)
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

types: ## Check the types
	$(DEV)
	@$(BIN)/mypy

lab: ## Open JupyterLab at the start notebook
	$(RUN)
	@$(BIN)/kb lab $(ARGS)

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" pyproject.toml --group build $(ARGS)

lock: ## Write requirements/ from pyproject.toml (ARGS="--upgrade" for newer versions)
	$(DEV)
	@$(LOCK) -o requirements/run.txt
	@$(LOCK) --group dev -c requirements/run.txt -o requirements/dev.txt

environment: ## Make .venv with everything that development needs
	$(DEV)

clean: ## Remove what was generated, keep .venv
	rm -rf build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find kb tests tools notebooks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## Remove .venv as well
	rm -rf .venv .venv.lock
