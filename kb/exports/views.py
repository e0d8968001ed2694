"""Views of the SQLite export for people: one row says all, with labels in place of ids."""

from __future__ import annotations

from collections.abc import Mapping


def _labels(table: str, owner: str, target: str, here: str) -> str:
    """Labels of a list column, joined."""
    return (
        "(SELECT group_concat(label, '; ') FROM (SELECT t.label AS label FROM "  # noqa: S608
        f'"{table}" l JOIN "{target}" t ON t.id = l.value WHERE l."{owner}" = {here} ORDER BY l.position))'
    )


def _pico(noun: str, here: str) -> str:
    roles = (
        ("populations", "populations"),
        ("conditions", "conditions"),
        ("interventions", "interventions"),
        ("comparators", "interventions"),
        ("outcomes", "outcomes"),
    )
    return ",\n  ".join(f"{_labels(f'{noun}s_{role}', noun, target, here)} AS {role}" for role, target in roles)


VIEWS: Mapping[str, tuple[str, str]] = {
    "v_findings": (
        "Findings with the labels of their terms and the study they are of; retracted studies are marked.",
        f"""
SELECT f.id AS finding, s.label AS study, s.design, s.year, s.n_participants,
  {_pico("finding", "f.id")},
  f.as_reported, f.timepoint, f.measure, f.estimate, f.ci_low, f.ci_high, f.ci_level, f.unit, f.p, f.direction,
  f.certainty AS certainty_by_authors, f.note, f.notice, f.retracted
FROM findings f JOIN studies s ON s.key = f.study""",  # noqa: S608
    ),
    "v_numbers": (
        "Every number of a finding or an arm with where it was read.",
        """
SELECT f.id AS finding, s.label AS study, NULL AS arm, 'estimate (' || f.measure || ')' AS what, f.estimate AS number,
  f.unit, f.timepoint, (SELECT group_concat(value, ' ; ') FROM findings_read_in r WHERE r.finding = f.id) AS read_in
FROM findings f JOIN studies s ON s.key = f.study WHERE f.estimate IS NOT NULL
UNION ALL
SELECT f.id, s.label, NULL, bound.what, bound.number, f.unit, f.timepoint,
  (SELECT group_concat(value, ' ; ') FROM findings_read_in r WHERE r.finding = f.id)
FROM findings f JOIN studies s ON s.key = f.study JOIN (
  SELECT id, 'lower end of the interval' AS what, ci_low AS number FROM findings
  UNION ALL SELECT id, 'upper end of the interval', ci_high FROM findings) bound ON bound.id = f.id
WHERE bound.number IS NOT NULL
UNION ALL
SELECT f.id, s.label, a.name, a.statistic, a.value, a.unit, f.timepoint,
  (SELECT group_concat(value, ' ; ') FROM findings_read_in r WHERE r.finding = f.id)
FROM arms a JOIN findings f ON f.id = a.finding JOIN studies s ON s.key = f.study WHERE a.value IS NOT NULL""",
    ),
    "v_claims": (
        "Claims with their verdict and the studies that bear on them, a row a claim and study.",
        """
SELECT c.id AS claim, p.title AS post, c.statement, c.wording, c.verdict, c.reason AS verdict_reason,
  coalesce(c.reviewed_by, 'not reviewed') AS reviewed_by, s.label AS study, e.bearing, e.relation, e.reason, e.notice
FROM claims c JOIN posts p ON p.slug = c.post
LEFT JOIN evidence e ON e.claim = c.id LEFT JOIN studies s ON s.key = e.study""",
    ),
    "v_evidence_map": (
        "How many studies and findings there are for each condition and intervention; retracted studies are left out.",
        """
SELECT c.label AS condition, i.label AS intervention, count(DISTINCT f.study) AS studies,
  count(DISTINCT f.id) AS findings,
  count(DISTINCT CASE WHEN f.direction = 'favours-intervention' THEN f.id END) AS favour_intervention,
  count(DISTINCT CASE WHEN f.direction = 'favours-comparator' THEN f.id END) AS favour_comparator,
  count(DISTINCT CASE WHEN f.direction = 'no-difference' THEN f.id END) AS no_difference
FROM findings f
JOIN findings_conditions fc ON fc.finding = f.id JOIN conditions c ON c.id = fc.value
JOIN findings_interventions fi ON fi.finding = f.id JOIN interventions i ON i.id = fi.value
WHERE NOT f.retracted GROUP BY c.id, i.id""",
    ),
    "v_terms": (
        "All terms of the vocabulary with their synonyms and broader terms.",
        "\nUNION ALL\n".join(
            f"SELECT '{kind}' AS vocabulary, t.id, t.label, t.patient_label, "  # noqa: S608
            f'(SELECT group_concat(value, \'; \') FROM "{kind}s_synonyms" l WHERE l."{kind}" = t.id) AS synonyms, '
            f'(SELECT group_concat(value, \'; \') FROM "{kind}s_broader" l WHERE l."{kind}" = t.id) AS broader, t.mesh '
            f'FROM "{kind}s" t'
            for kind in ("condition", "intervention", "outcome", "population")
        ),
    ),
}
"""Name -> what it shows, and its SELECT."""
