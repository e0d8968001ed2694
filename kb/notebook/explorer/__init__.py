"""The explorer: what a clinician uses in JupyterLab and Voila instead of code.

:mod:`kb.notebook.explorer.view`      what is chosen
:mod:`kb.notebook.explorer.select`    which findings, studies, claims and posts that is, and what may be chosen next
:mod:`kb.notebook.explorer.session`   what is shown for it, as plain data
:mod:`kb.notebook.explorer.widget`    the same in a browser, with ``assets``
:mod:`kb.notebook.explorer.report`    the same as the page of a notebook
"""

from kb.notebook.explorer.select import Option, Selection, options, select
from kb.notebook.explorer.view import View, view_of

__all__ = ["Option", "Selection", "View", "options", "select", "view_of"]
