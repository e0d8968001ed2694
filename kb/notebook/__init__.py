"""What the notebook templates call: a page of a condition, an intervention, a question, a post, a view, or the base.

Each method of a page returns one output, which the notebook shows because it is the last word of its cell.
"""

from __future__ import annotations

from typing import Any

from kb.base import Base, open_base
from kb.notebook.audit_page import AuditPage
from kb.notebook.comparison_page import ComparisonPage
from kb.notebook.explorer.report import ReportPage
from kb.notebook.explorer.view import view_of
from kb.notebook.overview_page import OverviewPage
from kb.notebook.post_page import PostPage
from kb.notebook.term_page import TermPage

__all__ = [
    "AuditPage",
    "ComparisonPage",
    "OverviewPage",
    "PostPage",
    "ReportPage",
    "TermPage",
    "audit",
    "comparison",
    "condition",
    "intervention",
    "overview",
    "post",
    "report",
    "start",
]


def condition(identifier: str, evidence: str = "") -> TermPage:
    """The page of a condition; ``evidence`` is the evidence folder, found by itself when empty.

    Raises
    ------
    UnknownIdError
        When there is no such condition; it names the nearest.
    EvidenceError
        When the folder holds errors.

    Examples
    --------
    >>> condition("tennis elbow").title().text
    'Lateral epicondylitis'
    """
    base = _open(evidence)
    return TermPage(base, "condition", base.resolve(identifier, "condition").id)


def intervention(identifier: str, evidence: str = "") -> TermPage:
    """The page of an intervention (see :func:`condition`)."""
    base = _open(evidence)
    return TermPage(base, "intervention", base.resolve(identifier, "intervention").id)


def comparison(
    condition: str, intervention: str, outcome: str, comparator: str = "", timepoint: str = "", evidence: str = ""
) -> ComparisonPage:
    """The page of one question; an empty comparator or timepoint means all (see :func:`condition`).

    Examples
    --------
    >>> comparison("tennis elbow", "shockwave", "prtee").title().text
    'Extracorporeal shockwave therapy for lateral epicondylitis: Patient-Rated Tennis Elbow Evaluation'
    """
    from kb.synthesis.comparison import Question
    from kb.synthesis.scale import window_asked

    base = _open(evidence)
    asked = Question(
        base.resolve(condition, "condition").id,
        base.resolve(intervention, "intervention").id,
        base.resolve(outcome, "outcome").id,
        base.resolve(comparator, "intervention").id if comparator else None,
        window_asked(timepoint) if timepoint else None,
    )
    return ComparisonPage(base, asked)


def post(slug: str, evidence: str = "") -> PostPage:
    """The page of a post (see :func:`condition`)."""
    base = _open(evidence)
    return PostPage(base, base.resolve(slug, "post").id)


def overview(evidence: str = "") -> OverviewPage:
    """The page of the whole base (see :func:`condition`)."""
    return OverviewPage(_open(evidence))


def audit(export: str = "", evidence: str = "") -> AuditPage:
    """The audit of the posts, as the base keeps them or as ``export`` holds them (see :func:`condition`)."""
    return AuditPage(_open(evidence), export)


def start(evidence: str = "") -> Any:  # noqa: ANN401 - a widget, whose library has no types, or a block
    """The explorer of the start notebook; without a front end, where to read instead."""
    from kb.notebook.explorer.start import start as made

    return made(_open(evidence))


def report(  # noqa: PLR0913, PLR0917 - the filters of a view, as a template's parameters
    condition: str = "",
    intervention: str = "",
    outcome: str = "",
    population: str = "",
    design: str = "",
    certainty: str = "",
    years_from: int = 0,
    years_to: int = 0,
    study: str = "",
    post: str = "",
    evidence: str = "",
) -> ReportPage:
    """The page of a view of the explorer; what is empty or 0 is any (see :func:`condition`).

    Raises
    ------
    KbError
        When there is no such term, study, post, design or certainty; it names the nearest.

    Examples
    --------
    >>> report(condition="tennis elbow", design="randomized controlled trial").title().text
    'Report. Condition: Lateral epicondylitis; design: randomized controlled trial'
    """
    base = _open(evidence)
    given = {
        "condition": condition,
        "intervention": intervention,
        "outcome": outcome,
        "population": population,
        "design": design,
        "certainty": certainty,
        "years_from": years_from,
        "years_to": years_to,
        "study": study,
        "post": post,
    }
    return ReportPage(base, view_of(base, given))


def _open(evidence: str) -> Base:
    return open_base(evidence or None)
