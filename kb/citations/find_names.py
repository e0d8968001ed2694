"""Author names in running text, before a year or after "by": tokens are looked at one by one, never backtracked."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W\d_](?:[\w'’‘`´-]{0,60}[^\W_])?\.?|&|,|;|[^\w\s]|\d+\w?")
_PARTICLES = frozenset(
    str.split(
        "van von de der den del della di da dos das du la le les ten ter te het el al bin ibn ben zu zur zum af av "
        "'t op st san santa mac vander vanden"
    )
)
_SUFFIXES = frozenset(["Jr", "Jr.", "Junior", "Júnior", "Sr", "Sr.", "II", "III", "IV", "Filho", "Neto", "Sobrinho"])
_MORE = frozenset(
    [
        "colleagues",
        "coworkers",
        "co-workers",
        "associates",
        "collaborators",
        "coauthors",
        "co-authors",
        "others",
        "team",
        "kollegen",
        "mitarbeiter",
        "collega",
        "anderen",
        "andere",
    ]
)
_JOINTS = frozenset({",", "and", "&", "und", "en"})
_GROUP_WORDS = frozenset(
    str.split(
        "Association Organization Organisation College Academy Society Institute Foundation Federation Committee "
        "Group Collaboration Council Consortium Collaborators Investigators Panel Network NICE WHO APTA ACSM AAOS "
        "IOC CDC NIH Union Taskforce"
    )
)
_NO_NAMES = frozenset(
    str.split(
        "A An The In On At By As And Or But For From With Without Since Until Before After During Through Over "
        "Under About This That These Those There Here It Its They Their We Our You Your He She His Her I My Who "
        "What When Where Why How Which Is Are Was Were Be Has Have Had Do Does Did Not No Yes If So Then Than Also "
        "See Cf Via Per Both Each Every All Some Many Most Several Other Another One Two Three Four Five Six Seven "
        "Eight Nine Ten First Second Third New Recent Recently Updated Published Revised Accessed Retrieved "
        "Copyright Class Photo Image Credit Source Sources Figure Fig Table Chapter Section Part Step Phase Week "
        "Weeks Day Days Month Months Year Years Level Grade Stage Type Group Study Studies Research Review Reviews "
        "Trial Trials Evidence Guideline Guidelines Meta Analysis Systematic Randomized Cohort Data Article Paper "
        "However Moreover Furthermore Therefore Thus Although While Because Similarly Additionally Finally "
        "Meanwhile According Since January February March April May June July August September October November "
        "December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday "
        "Saturday Sunday Spring Summer Autumn Fall Winter Marathon Olympics Olympic Games Championship "
        "Championships Cup Race Season Award Awards Winner Edition Version Volume Issue Founded Established Opened "
        "Est Assembly Bill Act Law Code Senate AB SB HR Section Title California Boston London Paris Tokyo Berlin "
        "Chicago York Angeles Francisco Diego City County Street Avenue Suite Phone Call Text Email COVID Google "
        "Yelp Facebook Instagram Windows iOS Android Runner Runners Patient Patients Athlete Athletes Doctor "
        "Doctors Clinic Physical Therapy Therapist Team Staff Owner DPT PT MD PhD Mr Mrs Ms Dr Prof Sir Texas "
        "Florida USA US UK EU Europe Canada Australia Germany Netherlands China Japan America American European "
        "Cochrane PubMed JOSPT BJSM Journal Sports Health Medicine Minutes Hours Miles Reps Sets Open World Series "
        "Super Bowl Tour Ironman Only Still Today Now Even Just Like More Less Shockwave Running Injury Pain Knee "
        "Hip Ankle Foot Shoulder Elbow Back Neck Tendon Muscle Image Photograph University School Hospital "
        "Center Centre Stanford Harvard Yale Anatomy Background Methods Results "
        "Conclusion Discussion Introduction Overview Summary Note Notes Key Q Question Answer Example Examples "
        "Landmark Early Later Later Previous Earlier Using Based Following Among Between"
    )
)
# Common given names, which tell "Maria Perez et al." from "Gomez Perez et al."
_GIVEN_NAMES = frozenset(
    str.split(
        "Adam Alan Alex Alexander Alice Amy Andrea Andreas Andrew Angela Ann Anna Anne Anthony Antonio Barbara Ben "
        "Benjamin Bill Bob Brian Bruce Carl Carlos Carol Caroline Catherine Charles Chris Christian Christina "
        "Christine Christopher Claire Craig Daniel Dave David Diana Donald Douglas Ed Edward Elizabeth Emily Emma "
        "Eric Erik Eva Francisco Frank Fred Gary George Giovanni Greg Hannah Hans Heather Helen Henry Irene Jack "
        "Jacob James Jan Jane Janet Jason Jean Jeff Jennifer Jeremy Jessica Jill Jim Joe Johan John Jonas Jonathan "
        "Jose José Joseph Joshua Juan Julia Julie Karen Karim Karin Katherine Kathryn Keith Kelly Ken Kenneth Kevin "
        "Kim Kristian Lars Laura Lauren Lee Linda Lisa Louise Luis Luke Magnus Marc Marco Margaret Maria María Marie "
        "Mark Martin Mary Matt Matthew Megan Michael Michelle Miguel Mike Monica Nancy Nathan Neil Nicholas Nick "
        "Nicole Nina Olivia Oliver Pablo Patricia Patrick Paul Paula Pedro Peter Petra Philip Rachel Ralph Rebecca "
        "Richard Rob Robert Robin Roger Ronald Ruth Ryan Sally Sam Samuel Sandra Sara Sarah Scott Sean Simon Sophie "
        "Stefan Stephanie Stephen Steve Steven Stuart Susan Teresa Thomas Tim Timothy Tina Todd Tom Tony Tyler "
        "Victor Victoria Walter Wendy William"
    )
)
_WINDOW = 160
_YEAR_AFTER = re.compile(r"\s{0,2},?\s{0,2}\(?\s{0,2}(?P<year>(?:1[89]|20)\d\d)(?P<suffix>[a-h])?\b(?![-–]\d|\.\d|%)")


@dataclass(frozen=True, slots=True)
class Names:
    """Names as a text gives them, and where."""

    start: int
    end: int
    names: tuple[str, ...]
    et_al: bool
    group: bool = False
    given: bool = False


def is_name(token: str) -> bool:
    """Whether a word may be a family name."""
    bare = token.removesuffix("'s").removesuffix("’s").rstrip(".")
    return (
        len(bare) > 1
        and bare[0].isupper()
        and bare not in _NO_NAMES
        and (not bare.isupper() or len(bare) == 2)
        and (not token.endswith(".") or bare in {"St", "Jr", "Sr"})
        and bare not in _SUFFIXES
    )


def _tokens(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text, start, end)]


def names_before(text: str, end: int, first: int | None = None, *, compound: bool = False) -> Names | None:
    """The names that end at a place, such as before "(2019)" or ", 2019"; looked for from ``first`` on.

    With ``compound`` two words are one family name, unless the first of them is known as a given name.

    Examples
    --------
    >>> text = "In work by van der Worp, de Souza Júnior and colleagues (2015)"
    >>> found = names_before(text, text.index(" (2015"))
    >>> found.names, found.et_al, text[found.start : found.end]
    (('van der Worp', 'de Souza Júnior'), True, 'van der Worp, de Souza Júnior and colleagues')
    >>> names_before("opened in Culver City, 2019", 21) is None
    True
    >>> [names_before(text, 18, 0, compound=True).names for text in ("Gomez Perez et al.", "Maria Perez et al.")]
    [('Gomez Perez',), ('Perez',)]
    """
    low = max(0, end - _WINDOW) if first is None else first
    tokens = _tokens(text, low, end)
    if low and first is None and tokens:
        tokens = tokens[1:]  # may be cut
    while tokens and tokens[-1][0] == ",":
        tokens.pop()
    if not tokens:
        return None
    stop, index = tokens[-1][2], len(tokens) - 1
    group = _group_before(tokens, index, text)
    et_al, index = _without_more(tokens, index)
    if not et_al and group is not None:
        return group
    names: list[str] = []
    start, given = stop, False
    while index >= 0:
        one = _name_before(tokens, index, compound=compound)
        if one is None:
            break
        name, first, given_here = one
        names.insert(0, name)
        given, start, index = given or given_here, tokens[first][1], first - 1
        joined = False
        while index >= 0 and tokens[index][0].lower() in _JOINTS:
            joined, index = True, index - 1
        if not joined or len(names) > 12:
            break
    if not names:
        return None
    return Names(start, stop, tuple(names), et_al, given=given)


def _without_more(tokens: list[tuple[str, int, int]], index: int) -> tuple[bool, int]:
    """Whether the tokens end in "et al." or "and colleagues", and the index of the last one before that."""
    word = tokens[index][0].lower()
    before = tokens[index - 1][0] if index else ""
    last = index
    if (before.lower().rstrip("."), word.rstrip(".")) in {("et", "al"), ("e", "a"), ("u", "a")}:  # "e.a.": Dutch
        last = index - 2
    elif re.split("['’]", word)[0] in _MORE:
        if before.lower() in _JOINTS - {","}:
            last = index - 2
        elif re.search(r"['’]s$", before) and is_name(before):
            return True, index - 1
        elif index > 1 and before.lower() in {"her", "his", "their"}:
            last = index - 3 if tokens[index - 2][0].lower() in {"and", "&"} else index - 2
    if last == index:
        return False, index
    while last >= 0 and tokens[last][0] in _JOINTS:
        last -= 1
    return True, last


def _name_before(
    tokens: list[tuple[str, int, int]], index: int, *, compound: bool = False
) -> tuple[str, int, bool] | None:
    """Family name whose last word has this index: text, index of its first word, whether a first name stands."""
    last = index
    initials = False
    while index >= 0 and _is_initials(tokens[index][0]) and index == last:
        if index and tokens[index - 1][0] == ",":  # Denninger, T. R.
            index -= 1
        index, initials, last = index - 1, True, index - 1
    while initials and index >= 0 and _is_initials(tokens[index][0]):
        index = last = index - 1
    suffix = ""
    if index > 0 and tokens[index][0] in _SUFFIXES:
        suffix, index = f" {tokens[index][0]}", index - 1
    if index < 0 or not is_name(tokens[index][0]):
        return None
    name = re.sub(r"['’]s$", "", tokens[index][0]) + suffix
    first, given = index, False
    while first > 0 and tokens[first - 1][0].lower() in _PARTICLES and not tokens[first - 1][0].isupper():
        first -= 1
        name = f"{tokens[first][0]} {name}"
    if first > 0 and (is_name(tokens[first - 1][0]) or _is_initials(tokens[first - 1][0])) and not initials:
        given = is_name(tokens[first - 1][0])
        while first > 0 and (is_name(tokens[first - 1][0]) or _is_initials(tokens[first - 1][0])):
            first -= 1
        if compound and given and _is_compound(tokens, first, index):
            name = f"{tokens[first][0]} {name}"
    return name, first, given


def _is_compound(tokens: list[tuple[str, int, int]], first: int, index: int) -> bool:
    """Whether the words from one index to the other are a family name of two parts, such as Gomez Perez."""
    word = tokens[first][0]
    small = all(token.lower() in _PARTICLES for token, _, _ in tokens[first + 1 : index])
    return small and is_name(word) and word not in _GIVEN_NAMES and not word.endswith(("ly", "'s", "’s"))


def _is_initials(token: str) -> bool:
    bare = token.replace(".", "").replace("-", "")
    return bare.isupper() and 0 < len(bare) <= 3 and (len(bare) == 1 or token == bare) and bare.isalpha()


def _group_before(tokens: list[tuple[str, int, int]], index: int, text: str) -> Names | None:
    """Words with capitals, one of them Association, College, ...: a group as author."""
    first = index
    while first >= 0 and (tokens[first][0][:1].isupper() or tokens[first][0] in {"of", "and", "for", "the", "&"}):
        if tokens[first][0] == "The":
            break
        first -= 1
    first += 1
    while first <= index and not tokens[first][0][0].isupper():
        first += 1
    words = [token for token, _, _ in tokens[first : index + 1]]
    if _GROUP_WORDS.isdisjoint(words) or len(words) > 12:
        return None
    start, end = tokens[first][1], tokens[index][2]
    return Names(start, end, (text[start:end],), et_al=False, group=True)


_GROUP = re.compile(
    r"(?:[A-Z][\w'’-]{1,30}\s(?:(?:of|for|and|&)\s(?:the\s)?)?){1,8}"
    r"(?:Association|Organization|Organisation|College|Academy|Society|Institute|Federation|Committee|Council)\b"
    r"(?:\sof(?:\s[A-Z][\w'’-]{1,30}){1,5})?"
)


def group_in(text: str) -> str | None:
    """A group that a mention names as author.

    Examples
    --------
    >>> group_in("the 2031 Example Walking Association Clinical Practice Guidelines")
    'Example Walking Association'
    """
    found = _GROUP.search(text)
    return found[0] if found else None


def names_after(text: str, start: int) -> Names | None:
    """The names that begin at a place, such as after "study by".

    Examples
    --------
    >>> names_after("Fredericson showed that", 0).names, names_after("Tanaka and Seals in 2003", 0).names
    (('Fredericson',), ('Tanaka', 'Seals'))
    >>> names_after("our team in 2003", 0) is None
    True
    """
    tokens = _tokens(text, start, min(len(text), start + _WINDOW))
    stop = start
    taken: list[tuple[str, int, int]] = []
    for word, begin, end in tokens:
        if text[stop:begin].strip():
            break
        low = word.lower().rstrip(".")
        small = low in _PARTICLES or low in {"and", "&", "et", "al", "her", "his"} or low in _MORE or word == ","
        if not (is_name(word) or small or _is_initials(word) or word in _SUFFIXES):
            break
        if low in {"dr", "prof"}:
            continue
        taken.append((word, begin, end))
        stop = end
    while taken and taken[-1][0].lower() in {",", "and", "&", "her", "his", *_PARTICLES}:
        taken.pop()
    if not taken:
        return None
    found = names_before(text, taken[-1][2], taken[0][1])
    return found if found is not None and found.start <= taken[0][1] + 12 else None


def year_after(text: str, place: int) -> tuple[int, str, int] | None:
    """Year that follows names: "(2019a", ", 2019", " 2019"; the year, its letter, and where it ends.

    Examples
    --------
    >>> year_after("Lee et al. (2019b)", 10)
    (2019, 'b', 17)
    """
    found = _YEAR_AFTER.match(text, place)
    return (int(found["year"]), found["suffix"] or "", found.end()) if found else None
