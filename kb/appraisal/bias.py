"""What people judged of a study's risk of bias, on the scale that certainty needs; nobody's judgement is None."""

from __future__ import annotations

from kb.appraisal import tools
from kb.appraisal.certainty import Bias
from kb.model import RiskOfBias, Study

_OF_TOOL: dict[str, dict[str, Bias]] = {
    "rob-2": {"low": Bias.LOW, "some-concerns": Bias.SOME, "high": Bias.HIGH},
    "rob-2-crt": {"low": Bias.LOW, "some-concerns": Bias.SOME, "high": Bias.HIGH},
    "robins-i": {"low": Bias.LOW, "moderate": Bias.SOME, "serious": Bias.HIGH, "critical": Bias.CRITICAL},
}
FAIR_PEDRO = 6
"""PEDro score from which on a trial is held to be of at least moderate quality (Maher 2003; Cashin and McAuley 2020,
J Physiother 66:59)."""


def bias_of(study: Study, finding: str | None = None) -> Bias | None:
    """Risk of bias of a study, or of one of its findings, as people judged it; the latest judgement counts.

    A tool for results comes first, then a PEDro score: 6 or more counts as some concerns, never as low risk, because
    the scale does not judge bias by domain; less counts as high.

    Examples
    --------
    >>> import kb
    >>> studies = kb.open().corpus.studies
    >>> bias_of(studies["rompe2009"]), bias_of(studies["buist2008"]) is None
    (<Bias.SOME: 'some'>, True)
    """
    fitting = [item for item in study.risk_of_bias if item.finding in {None, finding}]
    judged = [item for item in fitting if item.tool in _OF_TOOL]
    judged.sort(key=lambda item: (item.on is None, item.on and -item.on.toordinal()))
    for item in judged:
        whole = tools.overall(item)
        if whole in _OF_TOOL[item.tool]:
            return _OF_TOOL[item.tool][whole]
    scores = [item.score for item in fitting if item.tool == "pedro" and item.score is not None]
    if scores:
        return Bias.SOME if scores[-1] >= FAIR_PEDRO else Bias.HIGH
    return None


def judged_by(study: Study) -> tuple[RiskOfBias, ...]:
    """Every appraisal of a study, the fitting tool first."""
    best = tools.tool_for(study.design)
    return tuple(sorted(study.risk_of_bias, key=lambda item: (best is None or item.tool != best.id, item.tool)))
