"""JupyterLab, opened at the start notebook as a page.

What JupyterLab opens are copies below the build folder, so that neither running nor autosaving them can change a
template. Layout and tabs are kept there as well, apart from the workspaces of the user's own JupyterLab; the user's
settings (theme, font sizes, shortcuts) are the user's and hold here too.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kb.base import default_evidence
from kb.files import put
from kb.notebooks.template import read_notebook, template_folder, template_path
from kb.problems import KbError

EXTENSION = Path(__file__).parent / "lab_extension"
"""Folder of the JupyterLab extension that draws a notebook as a page."""

FOLDER = "lab"
"""Folder of the copies, below the build folder."""

IN_LAB = "KB_LAB"
"""Set for every process that JupyterLab starts on our behalf."""

_SLOW = "rfc3987_syntax"
"""Checks internationalised web addresses for jsonschema where it is installed; no notebook and no message of Jupyter's
has any to check, and importing it takes half of the time until JupyterLab listens."""
_START = f"import sys; sys.modules[{_SLOW!r}] = None; from jupyterlab.labapp import main; sys.exit(main())"


def open_lab(
    evidence: str | os.PathLike[str] | None = None,
    arguments: Sequence[str] = (),
    *,
    build_dir: str | os.PathLike[str] | None = None,
) -> int:
    """Open JupyterLab at the start notebook and wait until it is closed.

    Parameters
    ----------
    evidence
        Evidence folder that the notebooks see; None finds it as :func:`kb.open` does.
    arguments
        Further arguments for JupyterLab, e.g. ``--no-browser``; they win over ours.
    build_dir
        Folder that JupyterLab shows, with the copies of the notebooks in ``lab``; None means ``build`` beside the
        evidence.

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
    root = Path(evidence if evidence is not None else default_evidence()).absolute()
    build = Path(build_dir if build_dir is not None else root.parent / "build").absolute()
    template_path("start")
    copies = copy_notebooks(build / FOLDER)
    environment = {**os.environ, "KB_EVIDENCE": str(root), "KB_BUILD": str(build), IN_LAB: "1"}
    command = [sys.executable, "-c", _START, *_settings(build), *arguments]
    process = subprocess.Popen(command, env=environment, cwd=copies)  # noqa: S603 - our own command
    worker = _work_ahead(root, build)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab got it as well, and asks what is meant
                continue
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait()


def _work_ahead(evidence: Path, build: Path) -> subprocess.Popen[bytes] | None:
    """Have ready what the start page needs by the time that it is open."""
    from kb.notebook.explorer import ahead  # while JupyterLab starts

    return ahead.begin(evidence, build)


def _settings(build: Path) -> list[str]:
    """How JupyterLab is told to open the start notebook alone, and to ask no other host for anything."""
    return [
        f"--ServerApp.root_dir={build}",
        f"--LabApp.default_url=/doc/tree/{FOLDER}/start.ipynb",
        f"--LabApp.workspaces_dir={build / FOLDER / '.workspaces'}",
        f"--LabApp.extra_labextensions_path={EXTENSION}",
        "--LabApp.extension_manager=readonly",
    ]


def copy_notebooks(folder: Path) -> Path:
    """Copy the templates into a folder; a copy that a person changed is kept under another name.

    Parameters
    ----------
    folder
        Where to; made when it is missing.

    Returns
    -------
    Path
        The folder.
    """
    for template in sorted(template_folder().glob("*.ipynb")):
        notebook = read_notebook(template)
        metadata = notebook.setdefault("metadata", {})
        metadata["kb"] = {**metadata.get("kb", {}), "copied": _sources(notebook)}
        target = folder / template.name
        _keep(target)
        trust(put(target, (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()))
    return folder


def trust(notebook: Path) -> Path:
    """Sign a notebook that we wrote with the key of this user's Jupyter.

    Only what is signed runs by itself when it is opened as a page, and has its outputs shown without a question:
    a notebook from elsewhere that calls itself a page is shown as what it is.

    Parameters
    ----------
    notebook
        The file.

    Returns
    -------
    Path
        The same.
    """
    with _without(_SLOW):
        import nbformat
        from nbformat import sign

    signs: Any = sign  # the library has no types
    read: Any = nbformat.read
    signs.NotebookNotary().sign(read(notebook, as_version=4))
    return notebook


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Meanwhile, imports find no such module, as where it is not installed."""
    hidden = module not in sys.modules
    if hidden:
        sys.modules[module] = None  # type: ignore[assignment]  # Python's own way to say that there is none
    try:
        yield
    finally:
        if hidden:
            del sys.modules[module]


def trust_in_lab(notebook: Path) -> Path:
    """The same for a process that may have been started from JupyterLab: elsewhere nothing is signed."""
    return trust(notebook) if os.environ.get(IN_LAB) else notebook


def _sources(notebook: dict[str, Any]) -> str:
    """Checksum of what a person may have changed in a notebook: its cells without what running them adds."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.blake2b(json.dumps(cells).encode(), digest_size=12).hexdigest()


def _keep(copy: Path) -> None:
    """Move a copy aside that is not as it was made."""
    if not copy.is_file():
        return
    try:
        found = read_notebook(copy)
        changed = found.get("metadata", {}).get("kb", {}).get("copied") != _sources(found)
    except KbError:
        changed = True
    if changed:
        number = 1
        while (kept := copy.with_stem(f"{copy.stem}-changed-{number}")).exists():
            number += 1
        copy.replace(kept)
