"""Where the facts of a study were read, and what was read there, in words instead of the base's own names."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.notebook.html import escape, link, listing
from kb.tables import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.model import Source, Study

_FIELDS = {
    "doi": "DOI",
    "follow_up": "follow-up",
    "funding_or_conflicts": "funding or conflicts of interest",
    "journal_iso": "short name of the journal",
    "mesh": "MeSH terms",
    "mesh_terms": "MeSH terms",
    "n": "number of participants",
    "n_participants": "number of participants",
    "n_studies": "number of studies",
    "pmcid": "PMCID",
    "pmid": "PMID",
    "this result": "a result",
}
_FIELD = re.compile(rf"\b(?:{'|'.join(sorted(_FIELDS, key=len, reverse=True))})\b(?!\s*=)")
_LIBRARIES = (
    (re.compile(r"//(?:pubmed\.|www\.pubmed\.|www\.ncbi\.nlm\.nih\.gov/pubmed)"), "PubMed"),
    (re.compile(r"//(?:pmc\.|www\.ncbi\.nlm\.nih\.gov/pmc)"), "PubMed Central"),
    (re.compile(r"//(?:www\.)?europepmc\.org"), "Europe PMC"),
)


def names(study: Study) -> dict[str, str]:
    """A name for each source of a study by its id; the second of one name has its number.

    Examples
    --------
    >>> import kb
    >>> names(kb.open().corpus.studies["coombes2013"])
    {'s1': 'PubMed', 's2': 'scribd.com', 's3': 'empr.com'}
    """
    seen: Counter[str] = Counter()
    told = {}
    for source in study.sources:
        name = _name(source)
        seen[name] += 1
        told[source.id] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return told


def _name(source: Source) -> str:
    address = source.url or (source.note if source.note and source.note.startswith("http") else None)
    if address is None:
        return re.split(r" \(|[,:;] ", source.note or UNKNOWN, maxsplit=1)[0]
    for pattern, name in _LIBRARIES:
        if pattern.search(address):
            return name
    return urlsplit(address.split(" ", 1)[0]).netloc.removeprefix("www.") or UNKNOWN


def read_in(study: Study, ids: Iterable[str]) -> str:
    """The sources in which a number was read, by name, each linked; that they are unknown is said."""
    known, urls = names(study), {source.id: source.url for source in study.sources}
    told = ", ".join(link(urls.get(i), known[i]) for i in ids if i in known)
    return told or UNKNOWN


def listed(study: Study) -> str:
    """Every source by name, with what was read there."""
    known = names(study)
    items = []
    for source in study.sources:
        facts = f": {escape(', '.join(map(fact_words, source.supports)))}" if source.supports else ""
        note = f" ({escape(source.note)})" if source.note and known[source.id] not in source.note else ""
        whole = source.note if source.note and not source.url and not source.note.startswith("http") else None
        items.append(f"{escape(whole) if whole else link(source.url, known[source.id]) + note}{facts}")
    return listing(items)


def fact_words(name: str) -> str:
    """What was read, as a reader says it; words that are no name of a field stay.

    Examples
    --------
    >>> fact_words("n_participants"), fact_words("publication_types"), fact_words("doi (in reference list)")
    ('number of participants', 'publication types', 'DOI (in reference list)')
    """
    return re.sub(r"(?<=[a-z])_(?=[a-z])", " ", _FIELD.sub(lambda found: _FIELDS[found[0]], name))


_FINDING = re.compile(r"\bf0*(\d+)")
_PARTS = {
    "arms": "numbers of the arms",
    "ci_high": "upper end of the interval",
    "ci_low": "lower end of the interval",
    "ci level": "level of the interval",
    "p": "p value",
}


def field_words(field: str) -> str:
    """A field on which two readings differed, as a reader says it.

    Examples
    --------
    >>> field_words("findings f05.ci_high and .direction"), field_words("findings f01, f02.ci level")
    ('finding 5: upper end of the interval, direction', 'findings 1 and 2: level of the interval')
    >>> field_words("authors[2]"), field_words("findings f02.outcome (orientation)")
    ('authors', 'finding 2: outcome (orientation)')
    """
    text = re.sub(r"\[[^\]]*\]", "", field)
    if not text.startswith("findings "):
        return fact_words(text)
    numbers = list(dict.fromkeys(_FINDING.findall(text)))
    rest = re.sub(r"^[\s,.]*", "", _FINDING.sub("", text.removeprefix("findings ")))
    parts = [re.sub(r"^\.", "", part.strip()) for part in re.split(r"/| and |, ", rest) if part.strip()]
    told = ", ".join(_part(part) for part in parts)
    which = " and ".join(filter(None, [", ".join(numbers[:-1]), numbers[-1]])) if numbers else ""
    head = f"finding{'s' if len(numbers) > 1 else ''} {which}".strip()
    return f"{head}: {told}" if told else head


def _part(name: str) -> str:
    if name in _PARTS:
        return _PARTS[name]
    first, _, rest = name.partition(".")
    if first in _PARTS and rest:
        return f"{_PARTS[first]} ({rest})"
    return fact_words(name)
