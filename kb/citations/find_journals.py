"""Names of journals in running text, in full and as NLM abbreviates them."""

from __future__ import annotations

import re

# Names that are also ordinary words or fields: only after "in", "published in", "the journal", or set apart.
_PLAIN = """Age|Pain|PAIN|Spine|Knee|Foot|Gait|Nature|Science|Cell|Bone|Brain|Sports|Hand|Injury|Healthcare|Medicine
Heart|Physical Therapy|Sports Health|Sports Medicine|Sports Med|Gait & Posture|Gait and Posture
Manual Therapy|Physiotherapy|Clinical Biomechanics|Arthroscopy|Circulation|Neurology|Rheumatology|Radiology
Phys Ther|The Knee|The Lancet|The Foot|Orthopaedic Surgery|Orthopedic Surgery|Clinical Rehabilitation
Clinical Rheumatology|Sports|Nutrients|Musculoskeletal Care|Physical Therapy in Sport
Sport Sciences for Health|Disability and Rehabilitation|Applied Ergonomics|PM&R|Scientific Reports
Sports Biomechanics|Muscle & Nerve|Experimental Gerontology|Health Services Research
Physiotherapy Theory and Practice|Physiotherapy Research International|Current Sports Medicine Reports
Clinics in Sports Medicine|Cureus|Children"""
_CERTAIN = """JOSPT|BJSM|AJSM|JAMA|NEJM|The BMJ|BMJ Open|BMJ|PLoS One|PLOS ONE|PLoS ONE|Sports Medicine[- ]+Open
Sports Med Open|JAMA Internal Medicine|JAMA Network Open|PTJ|IJSPT|MSSE|Am J Sports Med|Br J Sports Med
Int J Sports Phys Ther|J Appl Physiol|J Athl Train|Clin J Sport Med|Clin Biomech|Phys Sportsmed
J Orthop Sports Phys Ther|Med Sci Sports Exerc|Scand J Med Sci Sports
Medicine (?:and¦&) Science in Sports (?:and¦&) Exercise|J Strength Cond Res|Phys Ther Sport|Gait Posture
Clin Orthop Relat Res|Knee Surg Sports Traumatol Arthrosc|Foot Ankle Int|J Biomech|J Sci Med Sport
Arch Phys Med Rehabil|Osteoarthritis Cartilage|Osteoarthritis and Cartilage
Cochrane Database of Systematic Reviews|Cochrane Database Syst Rev|Cochrane Database
Musculoskeletal Science (?:and¦&) Practice|Brazilian Journal of Physical Therapy|Braz J Phys Ther
Ann Rheum Dis|Ann Intern Med|New England Journal of Medicine|N Engl J Med|Lancet|Orthop J Sports Med
Eur J Appl Physiol|Int J Sports Med|Eur Spine J|Sports Medicine and Arthroscopy Review
Medical Science Monitor|Scandinavian Journal of Medicine (?:and¦&) Science in Sports"""


def _either(names: str) -> str:
    """Alternatives of a regular expression, longest first."""
    return "|".join(
        sorted((name for line in names.split("\n") for name in line.split("|")), key=len, reverse=True)
    ).replace("¦", "|")


# Names that follow a pattern: Journal of ..., BMC ..., Frontiers in ...; a word after "and", "of" or "&" belongs to it.
_WORD = r"(?:[A-Z][\w'’-]{0,30}|PM&R)"
_JOIN = r"(?:,\s|\s(?:of|and|&|in|for|the|on|de|la)\s(?:the\s)?|\s&\s|\s|:\s)"
_PATTERN = (
    rf"(?:{_WORD}\s){{0,3}}(?:Journal|Annals|Archives|Acta|Bulletin|Transactions|Proceedings|Zeitschrift|Revista)"
    rf"\s(?:of|for|in|on|für|de)\s(?:the\s)?{_WORD}(?:{_JOIN}{_WORD}){{0,7}}"
    rf"|(?:BMC|BMJ Open|Frontiers in|Current Opinion in|Current Reviews in|Seminars in|Advances in|Clinics in|Trends in"
    rf"|JAMA|Lancet|Nature|European|American|British|Scandinavian|International)\s{_WORD}(?:{_JOIN}{_WORD}){{0,5}}"
    rf"|(?:[A-Z][a-z]{{1,8}}\s){{0,3}}J\s(?:[A-Z][a-z]{{1,11}})(?:\s[A-Z][a-z]{{1,11}}){{0,4}}"
)
_HEADS = re.compile(r"^(?:European|American|British|Scandinavian|International|JAMA|Lancet|Nature)\s")
_JOURNAL_WORD = re.compile(r"\b(?:Journal|J|Annals|Archives|Spine|Medicine|Reviews?|Reports|Orthopaedics|Research)\b")
_KNOWN = re.compile(rf"(?<![\w-])(?:{_either(_CERTAIN)}|{_PATTERN})(?![\w-])")
_CUED = re.compile(
    r"\b(?:published|appeared|printed|reported)?\s?(?:in|[Tt]he journal|journal)\s(?:the\s)?(?:journal\s)?[*_\"“]?"
    rf"(?P<name>{_either(_PLAIN)})(?![\w-]|\s(?:for|is|are|has|with)\b)"
)
# A name in capitals that nobody knows: after "published in", or of four words and more after "study in".
_UNKNOWN = re.compile(
    rf"\b(?:(?:published|appeared)\sin\s(?:the\s)?(?P<name>{_WORD}(?:{_JOIN}{_WORD}){{1,7}})"
    rf"|(?:study|trial|review|analysis|research)\sin\s(?:the\s)?(?P<long>{_WORD}(?:{_JOIN}{_WORD}){{3,7}}))"
)
_GLUED = re.compile(r"(?:(?<=Therapy)|(?<=Surgery)|(?<=Medicine))[a-z]{4,15}$")  # <em>Journal of Therapy</em>showed
_STRONG_CUE = re.compile(r"(?:published|appeared|printed|reported)\s(?:\w+\s)?in\s|[Jj]ournal\s")
_SHORT = {"JOSPT": "Journal of Orthopaedic & Sports Physical Therapy", "BJSM": "British Journal of Sports Medicine"}
_SHORT |= {"AJSM": "American Journal of Sports Medicine", "PTJ": "Physical Therapy"}
_PLAIN_NAMES = frozenset(name for line in _PLAIN.split("\n") for name in line.split("|"))
_CUT = re.compile(r"\s(?:found|Found|demonstrates?|shows?|showed|reported|that|which|confirms?|In|The|A|An)\b.*$")


def journals_in(text: str, emphasis: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Journals that a sentence names, in order, each once.

    Parameters
    ----------
    text
        The sentence.
    emphasis
        Slanted words of it: a name that is also an ordinary word counts when it is set apart.

    Examples
    --------
    >>> journals_in(
    ...     "A review in the Journal of Sports and Examples found it; so did one published in Physical Therapy."
    ... )
    ('Journal of Sports and Examples', 'Physical Therapy')
    >>> journals_in("Physical Therapy in Culver City helps with Pain and Age.")
    ()
    """
    found: list[tuple[int, str]] = []
    for match in _KNOWN.finditer(text):
        name = _GLUED.sub("", _CUT.sub("", match[0])).strip(" ,:&")
        if not _HEADS.match(name) or _JOURNAL_WORD.search(name):
            found.append((match.start(), name))
    for match in _CUED.finditer(text):
        name = match["name"]
        strong = _STRONG_CUE.match(match[0]) or name in emphasis or " " in name
        if strong and not any(start <= match.start("name") < start + len(other) for start, other in found):
            found.append((match.start("name"), name))
    for match in _UNKNOWN.finditer(text):
        group = "name" if match["name"] else "long"
        if not any(start <= match.start(group) < start + len(other) for start, other in found):
            found.append((match.start(group), _CUT.sub("", match[group])))
    found += [(text.find(name), name) for name in emphasis if name.strip(" .,") in _PLAIN_NAMES]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def is_journal(text: str) -> bool:
    """Whether a text is the name of a journal and nothing else.

    Examples
    --------
    >>> is_journal("Clin J Sport Med."), is_journal("Age"), is_journal("Culver City")
    (True, True, False)
    """
    bare = " ".join(text.strip(" .,;:*_()").split())
    if not bare or len(bare) > 150:
        return False
    if bare in _PLAIN_NAMES:
        return True
    found = _KNOWN.match(bare)
    return found is not None and found.end() == len(bare) and bool(not _HEADS.match(bare) or _JOURNAL_WORD.search(bare))
