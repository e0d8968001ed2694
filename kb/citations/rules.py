"""The rules of citations: what each compares, and when it keeps silent."""

from __future__ import annotations

from kb.citations.flag import Rule, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

_ALL = (
    Rule(
        "wrong-identifier",
        _ERROR,
        "Link to another paper",
        "The link's identifier belongs to another paper than the text names: by the link's own record, or because the "
        "paper that the text names with certainty has another identifier of the same kind. Silent when neither is "
        "known, across kinds of identifiers, and for preprints and other versions of one review.",
    ),
    Rule(
        "wrong-year",
        _ERROR,
        "Wrong year",
        "The printed year is neither the year in print nor the electronic one. One year off is a note where print and "
        "electronic publication may explain it.",
    ),
    Rule(
        "wrong-journal",
        _ERROR,
        "Wrong journal",
        "The printed journal is no form of the record's journal; abbreviations and acronyms are forms. Silent where a "
        "short name may stand for several journals.",
    ),
    Rule(
        "wrong-volume",
        _ERROR,
        "Wrong volume",
        "The printed volume is not the record's; a differing issue is a note. Silent where one of them is unknown.",
    ),
    Rule(
        "wrong-pages",
        _ERROR,
        "Wrong pages",
        "The printed pages begin on another page than the record's; shortened ranges, a first page alone and article "
        "numbers are forms of the same. A differing last page alone is a warning.",
    ),
    Rule(
        "wrong-authors",
        _ERROR,
        "Wrong authors",
        "The paper is known by its link, its title or its place, but its first author is another, or a named author is "
        "not among its authors. A spelling that differs is a warning, 'et al.' for two authors a note.",
    ),
    Rule(
        "wrong-title",
        _ERROR,
        "Wrong title",
        "The title in a reference is another one than the record's; nearly the same is a warning. Silent for a title "
        "without its subtitle, and where a link's words may be no title.",
    ),
    Rule(
        "wrong-design",
        _WARNING,
        "Wrong study design",
        "The text calls the study something that its design, as curated, is not. An error for a review that was not "
        "systematic but is called so, and for an observational study called randomised. A broader word never counts.",
    ),
    Rule(
        "secondary-source",
        _WARNING,
        "Linked to a report about the study",
        "A news page, a press release, a protocol or another paper is linked for a study's own result. The fix names "
        "the study's own address where it is known.",
    ),
    Rule(
        "no-link",
        _NOTE,
        "Citation without a link",
        "A study is cited by name, and neither this place, nor its entry in the reference list, nor another mention in "
        "the post has a link. Once for each study of a post.",
    ),
    Rule(
        "no-source",
        _NOTE,
        "Statement about research without a source",
        "The text refers to research without naming or linking it. A warning when it tells the year, the design or a "
        "number of one study.",
    ),
    Rule(
        "bad-link",
        _ERROR,
        "Link that leads nowhere",
        "A chat that others cannot open, a malformed address, a relative link on the words of a citation, a telephone "
        "link that is no telephone number. A link copied from a chat program is a warning.",
    ),
    Rule(
        "retracted",
        _ERROR,
        "Retracted study",
        "The study, or the paper behind the link, was retracted or withdrawn, or is itself a retraction notice.",
    ),
    Rule(
        "concern",
        _WARNING,
        "Study in doubt",
        "The journal published an expression of concern about the study.",
    ),
    Rule(
        "corrected",
        _NOTE,
        "Study was corrected",
        "A correction of the study was published, or it was republished or reinstated. Look whether it touches what "
        "the text tells.",
    ),
    Rule(
        "superseded",
        _WARNING,
        "Newer version",
        "There is a newer version of the review or guideline; the published article of a preprint is a note.",
    ),
    Rule(
        "inconsistent",
        _WARNING,
        "Told differently elsewhere",
        "Two citations that certainly mean one study print different years, journals, authors or numbers, in this or "
        "another checked post.",
    ),
    Rule(
        "unresolved",
        _NOTE,
        "Not checked",
        "A study that is not in the base, or a link whose record is not at hand: nothing is said for or against it, "
        "and what to do is.",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
"""Every rule of citations by its id."""
