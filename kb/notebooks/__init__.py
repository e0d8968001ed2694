"""Notebooks: which there are, which are stale, running them with papermill.

========================  ==============================================================
:mod:`kb.notebooks.plan`  which notebooks a base has: template, parameters, output
``template``              the parameters a template declares, and checking given ones
``stale``                 checksums of what a notebook is made from
``run``                   one notebook, from template to clean output
``engine``                papermill engines: ``kernel`` (reference) and ``warm`` (forked)
``host``, ``pool``        many notebooks at once
``progress``              a bar on a terminal, plain lines elsewhere
``single``                one notebook, as a person asks for it
``refused``               what the system refuses, in a sentence
``lab``                   JupyterLab, opened at the start notebook
========================  ==============================================================

Nothing here imports papermill, pandas or IPython until a notebook is run.
"""

from kb.notebooks.lab import open_lab
from kb.notebooks.plan import Job, plan, select
from kb.notebooks.pool import NotebooksFailedError, run_all
from kb.notebooks.run import Failure, NotebookFailedError, run_one
from kb.notebooks.single import run_notebook
from kb.notebooks.template import Parameter, ParameterError, check, declared, template_path

__all__ = [
    "Failure",
    "Job",
    "NotebookFailedError",
    "NotebooksFailedError",
    "Parameter",
    "ParameterError",
    "check",
    "declared",
    "open_lab",
    "plan",
    "run_all",
    "run_notebook",
    "run_one",
    "select",
    "template_path",
]
