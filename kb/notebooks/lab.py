"""JupyterLab, opened at the start notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from kb.base import default_evidence
from kb.notebooks.template import template_path
from kb.problems import KbError


def open_lab(evidence: str | os.PathLike[str] | None = None, arguments: Sequence[str] = ()) -> int:
    """Open JupyterLab at the start notebook and wait until it is closed.

    Parameters
    ----------
    evidence
        Evidence folder that the notebooks see; None finds it as :func:`kb.open` does.
    arguments
        Further arguments for JupyterLab, e.g. ``--no-browser``.

    Returns
    -------
    int
        Exit status of JupyterLab; 0 when it was ended with Ctrl-C.

    Raises
    ------
    KbError
        When JupyterLab is not installed, or the start notebook is missing.
    """
    if find_spec("jupyterlab") is None:
        raise KbError("JupyterLab is not installed: pip install jupyterlab")
    start = template_path("start")
    root = Path(evidence) if evidence is not None else default_evidence()
    environment = {**os.environ, "KB_EVIDENCE": str(root.absolute())}
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={start.parent}", str(start), *arguments]
    process = subprocess.Popen(command, env=environment, cwd=start.parent)  # noqa: S603 - our own command
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # JupyterLab got it as well, and asks what is meant
            continue
