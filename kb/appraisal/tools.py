"""Appraisal tools as data: one JSON file a tool in ``tools/``; a new version or tool needs no code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kb.model import Design, RiskOfBias, Study

NOT_ASSESSED = "not assessed"
"""What is said of a study that nobody judged; it is never low risk."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain or item of a tool; ``critical`` as AMSTAR 2 has it, ``counts`` whether it adds to a score."""

    id: str
    label: str
    critical: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement that a tool allows; ``rank`` 0 is best, None where it says nothing of bias."""

    id: str
    label: str
    symbol: str
    colour: str
    rank: int | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Tool:
    """An appraisal tool.

    Parameters
    ----------
    judges
        ``result`` (a finding) or ``study``.
    fits
        Designs it was made for.
    overall
        How its domains make a whole: ``worst``, ``amstar-2``, ``score`` or ``none``.
    judgements, overall_judgements
        What may be said of a domain, and of the whole.
    score, scaled
        Limits of its score, and of a domain that is a number instead of a judgement.
    """

    id: str
    name: str
    version: str
    source: str
    judges: str
    fits: tuple[Design, ...]
    domains: tuple[Domain, ...]
    judgements: tuple[Judgement, ...]
    overall: str
    overall_judgements: tuple[Judgement, ...]
    score: tuple[float, float] | None = None
    scaled: tuple[float, float] | None = None

    def judgement(self, identifier: str, *, whole: bool = False) -> Judgement | None:
        """The judgement of that id, of a domain or of the whole."""
        allowed = self.overall_judgements if whole else self.judgements
        return next((judgement for judgement in allowed if judgement.id == identifier), None)


@cache
def load() -> dict[str, Tool]:
    """Every tool by id, in the order of their names.

    Examples
    --------
    >>> [domain.label for domain in load()["rob-2"].domains][0]
    'Bias arising from the randomization process'
    """
    folder = files("kb.appraisal") / "tools"
    texts = [item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".json")]
    made = (_tool(json.loads(text)) for text in texts)
    return {tool.id: tool for tool in sorted(made, key=lambda tool: tool.id)}


def _tool(data: dict[str, Any]) -> Tool:
    judgements = tuple(Judgement(**item) for item in data["judgements"])
    whole = tuple(Judgement(**item) for item in data["overall_judgements"]) if "overall_judgements" in data else ()
    score, scaled = data.get("score"), data.get("scaled")
    return Tool(
        **{name: data[name] for name in ("id", "name", "version", "source", "judges", "overall")},
        fits=tuple(Design(value) for value in data["fits"]),
        domains=tuple(Domain(**item) for item in data["domains"]),
        judgements=judgements,
        overall_judgements=whole or (judgements if data["overall"] == "worst" else ()),
        score=(score["low"], score["high"]) if score else None,
        scaled=(scaled["low"], scaled["high"]) if scaled else None,
    )


def tool_for(design: Design) -> Tool | None:
    """The tool that fits a design; None for a design that no tool here was made for.

    A trial is judged by RoB 2 (PEDro's score may stand beside it), as Cochrane Handbook 6.5, chapter 8 advises.

    Examples
    --------
    >>> tool_for(Design.RANDOMIZED_TRIAL).name, tool_for(Design.GUIDELINE).name, tool_for(Design.COMMENTARY)
    ('RoB 2', 'AGREE II', None)
    """
    fitting = [tool for tool in load().values() if design in tool.fits]
    return min(fitting, key=lambda tool: (tool.id == "pedro", tool.id), default=None)


def problems(appraisal: RiskOfBias, study: Study) -> list[str]:
    """What is wrong with an appraisal, in words; nothing when it keeps to its tool.

    Examples
    --------
    >>> import kb
    >>> from kb.model import DomainJudgement
    >>> study = kb.open().corpus.studies["buist2008"]
    >>> said = DomainJudgement(domain="missing-data", judgement="fine")
    >>> problems(RiskOfBias(tool="rob-2", by="A. Lee", domains=(said,)), study)
    ["'fine' is no judgement of RoB 2: use low, some-concerns or high"]
    """
    tool = load().get(appraisal.tool)
    if tool is None:
        return [f"no tool '{appraisal.tool}': use one of {', '.join(load())}"]
    found = []
    if study.design is not Design.UNKNOWN and study.design not in tool.fits:
        fits = ", ".join(design.words for design in tool.fits)
        found.append(f"{tool.name} was made for {fits}, this is a {study.design.words}")
    if appraisal.finding and appraisal.finding not in {finding.id for finding in study.findings}:
        found.append(f"the study has no finding '{appraisal.finding}'")
    domains = {domain.id for domain in tool.domains}
    told = [item.domain for item in appraisal.domains]
    found += [f"{tool.name} has no domain '{name}'" for name in told if name not in domains]
    found += [f"'{name}' is judged twice" for name in dict.fromkeys(told) if told.count(name) > 1]
    for item in appraisal.domains:
        if tool.scaled is None and tool.judgement(item.judgement) is None:
            found.append(f"'{item.judgement}' is no judgement of {tool.name}: use {_either(tool.judgements)}")
    if appraisal.overall and tool.judgement(appraisal.overall, whole=True) is None:
        allowed = _either(tool.overall_judgements) if tool.overall_judgements else "none"
        found.append(f"'{appraisal.overall}' is no overall judgement of {tool.name}: use {allowed}")
    if appraisal.score is not None and not (tool.score and tool.score[0] <= appraisal.score <= tool.score[1]):
        limits = f"from {tool.score[0]:g} to {tool.score[1]:g}" if tool.score else "not used"
        found.append(f"a score of {appraisal.score:g}: {tool.name}'s score is {limits}")
    found += [
        f"the study has no source '{name}'"
        for name in appraisal.read_in
        if name not in {source.id for source in study.sources}
    ]
    return found


def _either(judgements: tuple[Judgement, ...]) -> str:
    names = [judgement.id for judgement in judgements]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def overall(appraisal: RiskOfBias) -> str | None:
    """The whole as the appraiser gave it, else as the tool derives it from complete domains; None when unknown.

    RoB 2 and ROBINS-I: the worst domain (several "some concerns" may add up to high risk, which only a person decides).
    AMSTAR 2: by critical and other weaknesses (Shea 2017, table 3); partial yes is no weakness.

    Examples
    --------
    >>> from kb.model import DomainJudgement
    >>> said = tuple(DomainJudgement(domain=d.id, judgement="low") for d in load()["rob-2"].domains)
    >>> overall(RiskOfBias(tool="rob-2", by="A. Lee", domains=said)), overall(RiskOfBias(tool="rob-2", by="A. Lee"))
    ('low', None)
    """
    tool = load().get(appraisal.tool)
    if appraisal.overall or tool is None:
        return appraisal.overall
    said = {item.domain: item.judgement for item in appraisal.domains}
    if set(said) != {domain.id for domain in tool.domains}:
        return None
    if tool.overall == "worst":
        ranked = [judgement for name in said.values() if (judgement := tool.judgement(name))]
        if any(judgement.rank is None for judgement in ranked):
            return None
        return max(ranked, key=lambda judgement: judgement.rank or 0).id
    if tool.overall == "amstar-2":
        weak = [domain for domain in tool.domains if said[domain.id] == "no"]
        critical = sum(domain.critical for domain in weak)
        if critical:
            return "low" if critical == 1 else "critically-low"
        return "high" if len(weak) <= 1 else "moderate"
    return None
