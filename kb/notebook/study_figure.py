"""The picture of a study's own findings: its estimates with their intervals, else the directions that it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.answers.words_terms import named
from kb.notebook import sections
from kb.notebook.html import details, escape, figure, paragraph

if TYPE_CHECKING:
    from kb.base import Base
    from kb.model import Finding, Study


def picture(base: Base, study: Study) -> str:
    """The estimates of a study, a panel a scale, the first open; directions where no finding gives an interval."""
    from kb import figures

    ids = [f"{study.key}.{finding.id}" for finding in study.findings]
    panels = figures.compute_estimates(base.corpus, ids)
    if not panels:
        return _directions(base, study)
    parts = []
    for number, panel in enumerate(panels):
        words = sections.with_names(base, figures.estimates_words(panel))
        found = [row.finding for row in panel.rows]
        drawn = figure(figures.draw_estimates(panel), figures.draw_estimates(panel, figures.WIDE), findings=found)
        inner = drawn + details("The picture in words", paragraph(escape(words)))
        parts.append(inner if number == 0 else details(panel.title, inner))
    return "\n".join(parts)


def _directions(base: Base, study: Study) -> str:
    """A bar a finding, by the side that it favours."""
    from kb import figures

    if not study.findings:
        return ""
    bands: dict[str, list[figures.HarvestBar]] = {}
    for finding in study.findings:
        bar = figures.HarvestBar(
            f"{finding.as_reported}{f', {finding.timepoint}' if finding.timepoint else ''}",
            figures.way_of(finding.direction),
            study.n_participants,
            study.design,
        )
        bands.setdefault(_against(base, finding), []).append(bar)
    data = figures.compute_harvest(
        "Directions of its findings", bands.items(), "favours what was studied", "favours the other side"
    )
    drawn = figures.draw_harvest(data), figures.draw_harvest(data, figures.WIDE)
    found = [f"{study.key}.{finding.id}" for finding in study.findings]
    told = paragraph(escape(figures.harvest_words(data)))
    return figure(*drawn, findings=found) + details("The picture in words", told)


def _against(base: Base, finding: Finding) -> str:
    names = base.corpus.interventions
    theirs = " or ".join(names[i].label for i in finding.comparators if i in names)
    return f"Against {named(theirs)}" if theirs else "No comparator named"
