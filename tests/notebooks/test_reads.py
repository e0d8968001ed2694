"""A notebook is stale when something that it read is worth something else, and only then."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from kb import graph as graphs
from kb.model import InterventionKind
from kb.notebook.term_page import TermPage
from kb.notebooks import Job, run_all, stale
from kb.notebooks.host import can_fork
from kb.notebooks.kept import quicken
from kb.notebooks.reads import EVERYTHING, NOUNS, Reads
from kb.notebooks.recorded import recorded
from kb.notebooks.stale import Record, ingredients, known_to, load_reads, load_record, save_reads
from kb.pubmed import notice_files
from kb.pubmed.notices import Kind, Notice
from kb.store import load, save_bibliography, save_post, save_study, save_terms
from tests.conftest import EVIDENCE
from tests.test_notebooks import templates, write_template

__all__ = ["templates"]

forking = pytest.mark.skipif(not can_fork(), reason="this platform cannot fork safely; it uses kernels")
ELBOW, TENNIS = "lateral-epicondylitis", "why-tennis-elbow-keeps-coming-back-and-what-to-do-about-it"
FAR = "condition/plantar-fasciitis.ipynb"
NEAR = f"condition/{ELBOW}.ipynb"
JOBS = [
    Job("overview", "overview.ipynb"),
    Job("condition", NEAR, {"condition": ELBOW}),
    Job("condition", "condition/tendinopathy.ipynb", {"condition": "tendinopathy"}),
    Job("condition", FAR, {"condition": "plantar-fasciitis"}),
    Job("intervention", "intervention/shockwave.ipynb", {"intervention": "shockwave"}),
    Job("intervention", "intervention/gait-retraining.ipynb", {"intervention": "gait-retraining"}),
    Job("post", f"post/{TENNIS}.ipynb", {"post": TENNIS}),
    Job("post", "post/running-injuries-page.ipynb", {"post": "running-injuries-page"}),
]


# what is written down


@pytest.fixture
def watched(base):
    reads = Reads()
    return recorded(base, reads), reads.names


def test_fields_keys_and_absence_are_written_down(watched):
    base, names = watched
    assert base.corpus.studies["zhang2024"].design
    assert base.corpus.references.get("nobody2024") is None
    assert "nowhere" not in base.corpus.conditions
    assert base.notices.get("zhang2024", ()) == ()
    assert "zhang2024" not in base.retracted
    assert names == {
        "studies/zhang2024", "studies/zhang2024/design", "references/nobody2024", "conditions/nowhere",
        "notices/zhang2024", "retracted/zhang2024",
    }  # fmt: skip


def test_a_set_is_written_down_when_it_is_gone_through(watched):
    base, names = watched
    assert len(base.corpus.studies) > 100
    assert names == {"studies"}
    assert [post.title for post in base.corpus.posts.values()]
    assert {"posts", f"posts/{TENNIS}/title"} <= names
    assert f"posts/{TENNIS}/claims" not in names


@pytest.mark.parametrize("way", [lambda n: n.model_dump(), lambda n: n.model_copy(), hash, lambda n: n.__dict__, repr])
def test_a_noun_taken_whole_is_read_whole(watched, way):
    base, names = watched
    way(base.corpus.references["zhang2024"])
    fields = {f"references/zhang2024/{name}" for name in type(base.corpus.references["zhang2024"]).model_fields}
    assert "references/zhang2024/*" in names or fields <= names


def test_recorded_nouns_are_what_they_were(watched, base):
    there, _ = watched
    study = there.corpus.studies["zhang2024"]
    assert isinstance(study, type(base.corpus.studies["zhang2024"]))
    assert study.model_dump() == base.corpus.studies["zhang2024"].model_dump()
    assert study.condition_ids == base.corpus.studies["zhang2024"].condition_ids
    assert there.posts.equals(base.posts)


def test_questions_are_written_down_and_not_what_they_look_at(watched):
    base, names = watched
    graphs.bearing_on(base.standing, condition=ELBOW)
    graphs.cells(base.graph, conditions={ELBOW})
    assert base.resolve("tennis elbow").id == ELBOW
    assert names == {
        f'ask/standing/bearing_on/[[], {{"condition": "{ELBOW}"}}]',
        f'ask/graph/cells/[[], {{"conditions": {{"set": ["{ELBOW}"]}}}}]',
        'ask/base/resolve/[["tennis elbow"], {}]',
    }


@pytest.mark.parametrize(
    ("look", "name"),
    [
        (lambda base: list(base.graph), "graph"),
        (lambda base: base.graph.number_of_edges(), "graph"),
        (lambda base: base.standing.nodes(data=True), "standing"),
        (lambda base: "condition:x" in base.graph, "graph/nodes/condition:x"),
        (lambda base: base.graph.succ["study:zhang2024"], "graph/succ/study:zhang2024"),
        (lambda base: base.root, EVERYTHING),
        (lambda base: base.audit(), EVERYTHING),
        (lambda base: base.findings, "studies/**"),
        (lambda base: base.corpus.certainty, "certainty"),
        (lambda base: bool(base.notices), "notices/?"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_written_down_as_well(watched, look, name):
    base, names = watched
    look(base)
    assert name in names


@forking
def test_files_and_processes_beside_the_api_count_as_everything(templates, small, tmp_path):
    write_template(templates, "none", "1")
    write_template(
        templates, "file", f"import yaml; len(open({str(small / 'vocabulary' / 'conditions.yaml')!r}).read())"
    )
    write_template(templates, "list", f"import os; len(os.listdir({str(small / 'studies')!r}))")
    write_template(templates, "process", "import subprocess; subprocess.run(['true']).returncode")
    write_template(templates, "kept", "import kb; kb.open().corpus.studies['zhang2024'].design")
    jobs = [Job(name, f"{name}.ipynb") for name in ("none", "file", "list", "process", "kept")]
    reads = run_all(jobs, tmp_path / "out", evidence=small)
    assert reads["none.ipynb"] == set()
    assert all(EVERYTHING in reads[f"{name}.ipynb"] for name in ("file", "list", "process"))
    assert reads["kept.ipynb"] == {"studies/zhang2024", "studies/zhang2024/design"}


@forking
@pytest.mark.slow
def test_kernels_write_down_the_same(templates, small, tmp_path):
    write_template(
        templates, "one", "import kb\nbase = kb.open()\nbase.corpus.studies['zhang2024'].design\nbase.findings"
    )
    write_template(templates, "two", "from kb import notebook as nb\nnb.post('running-injuries-page').title()")
    jobs = [Job(name, f"{name}.ipynb") for name in ("one", "two")]
    warm, kernel = (run_all(jobs, tmp_path / e, evidence=small, engine=e) for e in ("warm", "kernel"))
    assert warm == kernel
    assert warm["two.ipynb"]


def test_a_record_that_cannot_be_read_is_none(base, tmp_path):
    path = tmp_path / "reads.json"
    reads = {"a.ipynb": frozenset({"studies", "studies/zhang2024/design"}), "b.ipynb": frozenset()}
    save_reads(path, reads, base)
    assert load_reads(path) == reads
    path.write_text(path.read_text()[:40])
    assert load_reads(path) == {}
    assert load_reads(tmp_path / "none") == {}


def test_no_notebook_runs_what_does_not_count(base):
    """What is left out of the code's checksum is not imported by any page."""
    code = (
        "import sys; from kb import notebook as nb; nb.overview().summary(); nb.audit().summary()\n"
        "page = nb.condition('lateral-epicondylitis'); page.table(); page.figure_timeline(); page.references()\n"
        "print(*(m for m in sys.modules if m.startswith('kb')))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"KB_EVIDENCE": str(base.root)},
        cwd=EVIDENCE.parent,
    ).stdout  # fmt: skip
    modules = {name.replace(".", "/") for name in said.split()}
    left_out = {f"kb/{name.removesuffix('.py')}" for name in stale.NOT_RUN}
    assert "kb/notebook/term_page" in modules
    assert not modules & left_out


# what becomes stale


def change_number(root: Path) -> None:
    study = load(root).studies["zhang2024"]
    place = next(n for n, finding in enumerate(study.findings) if finding.estimate is not None)
    findings = list(study.findings)
    findings[place] = findings[place].model_copy(update={"estimate": (findings[place].estimate or 0) * 1.01})
    save_study(root, study.model_copy(update={"findings": tuple(findings)}))


def add_study(root: Path) -> None:
    corpus = load(root)
    save_study(root, corpus.studies["zhang2024"].model_copy(update={"key": "newcomer2024"}))
    same = {"key": "newcomer2024", "pmid": None, "pmcid": None, "doi": None}
    save_bibliography(root, [*corpus.references.values(), corpus.references["zhang2024"].model_copy(update=same)])


def change_claim(root: Path) -> None:
    post = load(root).posts[TENNIS]
    claims = [post.claims[0].model_copy(update={"statement": "Another statement."}), *post.claims[1:]]
    save_post(root, post.model_copy(update={"claims": tuple(claims)}))


def rename_term(root: Path) -> None:
    terms = dict(load(root).conditions)
    terms[ELBOW] = terms[ELBOW].model_copy(update={"label": "Elbow of another name"})
    save_terms(root, "conditions", terms.values())


def retract(root: Path) -> None:
    notice_files.save_kept(
        root, {"zhang2024": (Notice(Kind.RETRACTED, "2025", pmid="99999999", source="the journal"),)}
    )


def note_only(root: Path) -> None:
    path = root / "studies" / "zhang2024.yaml"
    path.write_text(path.read_text() + "\n# a note for curators\n")


CASES = {
    "number": (
        change_number,
        {"overview.ipynb", NEAR, "intervention/shockwave.ipynb"},
        {FAR, "intervention/gait-retraining.ipynb", "post/running-injuries-page.ipynb"},
    ),
    "study": (
        add_study,
        {"overview.ipynb", NEAR, "condition/tendinopathy.ipynb", "intervention/shockwave.ipynb"},
        {FAR, "intervention/gait-retraining.ipynb"},
    ),
    "claim": (change_claim, {NEAR, f"post/{TENNIS}.ipynb"}, {FAR, "intervention/gait-retraining.ipynb"}),
    "label": (rename_term, {NEAR, "overview.ipynb"}, {"intervention/gait-retraining.ipynb"}),
    "notice": (retract, {NEAR, "overview.ipynb", f"post/{TENNIS}.ipynb"}, set()),
    "note": (note_only, set(), {job.output for job in JOBS}),
}  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Some notebooks of the real evidence, and what they read."""
    folder = tmp_path_factory.mktemp("first")
    return folder, run_all(JOBS, folder, evidence=EVIDENCE)


@forking
@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_stale_is_what_read_it_and_what_is_not_stale_is_the_same_when_run(base, first, tmp_path, case):
    change, stale_at_least, fresh_at_least = CASES[case]
    folder, reads = first
    root = Path(shutil.copytree(EVIDENCE, tmp_path / "evidence"))
    before = ingredients(JOBS, base, reads)
    change(root)
    now = ingredients(JOBS, kb.open(root), reads)
    other = {output for output in before if now[output] != before[output]}
    assert stale_at_least <= other, "never fresh when it should be stale"
    assert not fresh_at_least & other, "what does not show it stays"
    run_all(JOBS, tmp_path / "again", evidence=root)
    differ = {o for o in before if (folder / o).read_bytes() != (tmp_path / "again" / o).read_bytes()}
    assert differ <= other


# checksums that are taken over


def change_kind(root: Path) -> None:
    terms = dict(load(root).interventions)
    kind = InterventionKind.CONTROL
    terms["shockwave"] = terms["shockwave"].model_copy(update={"kind": kind})
    save_terms(root, "interventions", terms.values())


def add_synonym(root: Path) -> None:
    terms = dict(load(root).conditions)
    terms[ELBOW] = terms[ELBOW].model_copy(update={"synonyms": (*terms[ELBOW].synonyms, "an elbow of hearsay")})
    save_terms(root, "conditions", terms.values())


@pytest.fixture(scope="module")
def everything(base):
    """The names of whatever can be read of the real evidence by field, and of many questions."""
    reads = Reads()
    asked = recorded(base, reads)
    for noun in NOUNS:
        for thing in getattr(asked.corpus, noun).values():
            for field in type(thing).model_fields:
                getattr(thing, field)
    for kind, terms in (("condition", base.corpus.conditions), ("intervention", base.corpus.interventions)):
        for term in terms:
            graphs.bearing_on(asked.graph, **{kind: term})
            graphs.bearing_on(asked.standing, **{kind: term})
            graphs.naming(asked.graph, kind, term)
            graphs.cells(asked.standing, **{f"{kind}s": {term}})
            asked.questions.about(**{f"{kind}s": {term}})
            asked.resolve(terms[term].label, kind)
    for claim in base.claims.index:
        graphs.contradicting(asked.graph, claim)
    return {"all.ipynb": frozenset(reads.names)}


@pytest.mark.slow
@pytest.mark.parametrize("change", [*(case[0] for case in CASES.values()), change_kind, add_synonym])
def test_what_is_taken_over_is_what_would_be_computed(base, everything, tmp_path, change):
    save_reads(tmp_path / "reads.json", everything, base)
    root = Path(shutil.copytree(EVIDENCE, tmp_path / "evidence"))
    change(root)
    now = kb.open(root)
    known, fresh = known_to(now, load_record(tmp_path / "reads.json")), known_to(now, Record())
    names = sorted(everything["all.ipynb"])
    assert [name for name in names if known.of(name) != fresh.of(name)] == []


@pytest.mark.slow
def test_checksums_do_not_depend_on_the_hashes_of_the_interpreter(everything, tmp_path):
    """Each run of Python hashes texts otherwise, and a set is gone through in the order of its hashes."""
    (tmp_path / "names").write_text("\n".join(sorted(everything["all.ipynb"])))
    code = (
        "import sys, pathlib, kb; from kb.notebooks.stale import save_reads; folder = pathlib.Path(sys.argv[1])\n"
        "names = (folder / 'names').read_text().split('\\n')\n"
        "save_reads(folder / sys.argv[2], {'all.ipynb': names}, kb.open(sys.argv[3]))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path), seed, str(EVIDENCE)],
            check=True, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=EVIDENCE.parent,
        )  # fmt: skip
    one, two = (json.loads((tmp_path / seed).read_text()) for seed in ("1", "2"))
    assert one == two


def test_a_record_of_other_code_is_not_taken_over(base, tmp_path, monkeypatch):
    save_reads(tmp_path / "reads.json", {"a.ipynb": {"studies/zhang2024/design"}}, base)
    assert load_record(tmp_path / "reads.json").before.names
    monkeypatch.setattr(stale, "digest_code", lambda: "other")
    record = load_record(tmp_path / "reads.json")
    assert (dict(record.before.names), set(record.reads)) == ({}, {"a.ipynb"})


# a base that answers quickly


def test_a_quick_base_gives_the_same_answers(base):
    quick = quicken(kb.open(base.root))
    for noun, terms in (("condition", base.corpus.conditions), ("intervention", base.corpus.interventions)):
        for term in terms:
            node = graphs.node(noun, term)
            assert graphs.narrower(quick.graph, node) == graphs.narrower(base.graph, node)
            assert graphs.broader(quick.graph, node) == graphs.broader(base.graph, node)
            assert graphs.bearing_on(quick.graph, **{noun: term}) == graphs.bearing_on(base.graph, **{noun: term})
    assert quick.questions.pages == base.questions.pages
    term = graphs.node("condition", "tendinopathy")
    got = graphs.narrower(quick.graph, term)
    got.clear()
    assert graphs.narrower(quick.graph, term), "whoever changes an answer changes no other's"


def test_what_is_read_of_a_quick_base_is_written_down_the_same(base):
    names = []
    for each in (base, pickle.loads(pickle.dumps(quicken(kb.open(base.root))))):
        reads = Reads()
        page = TermPage(recorded(each, reads), "condition", ELBOW)
        page.answers(), page.table(), page.contradictions(), page.gaps()
        names.append(reads.names)
    assert names[0] == names[1]
    assert any(name.startswith("ask/") for name in names[0])
