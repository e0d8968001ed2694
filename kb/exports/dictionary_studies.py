"""The data dictionary of studies, references and what is kept about a study beside its findings."""

from __future__ import annotations

from kb.exports.fields import Field, Resource, count, day, flag, number, text
from kb.model import Design, Verification

RECORD_SOURCES = ("curated", "pubmed")
NOTE_KINDS = ("limitation", "note", "left-out", "to-check")

_IDS = (
    text("doi", "Digital object identifier.", standard="DOI"),
    text("pmid", "Id in PubMed; digits as text.", standard="PubMed"),
    text("pmcid", "Id in PubMed Central, with PMC.", standard="PubMed Central"),
)


def _study(meaning: str = "The study.", *, required: bool = True) -> Field:
    return text("study", meaning, refers="studies", required=required)


def _place(of: str) -> Field:
    return Field("number", "integer", f"Position within the {of}, from 1.", required=True)


STUDIES = Resource(
    "studies",
    "Studies",
    "One row a publication: what was done, in whom, with what conclusion.",
    ("key",),
    (
        text("key", "Bibliography key: first author and year.", required=True, standard="BibTeX key"),
        text("label", "Author and year as running text names the study; a retraction is said here.", required=True),
        text(
            "authors", "All authors as far as known, as BibTeX writes names, joined by semicolons.", standard="BibTeX"
        ),
        text("title", "Title of the publication.", standard="BibTeX"),
        text("journal", "Full name of the journal.", standard="BibTeX"),
        count("year", "Year of the issue.", "year", standard="BibTeX"),
        *_IDS,
        text("design", "Study design.", values=Design, required=True, standard="after MeSH publication types"),
        count("n_participants", "People studied.", "participants"),
        count("n_studies", "Studies that a review holds.", "studies"),
        text("population", "Who was studied, in our words."),
        text("populations", "Controlled populations.", many=True, refers="populations", standard="PICO"),
        text("conditions", "Controlled conditions.", many=True, refers="conditions", standard="PICO"),
        text("interventions", "Controlled interventions.", many=True, refers="interventions", standard="PICO"),
        text("comparator", "What it was compared with, in our words.", standard="PICO"),
        text("follow_up", "How long people were followed."),
        text("conclusion", "The conclusion in our words."),
        text("funding_or_conflicts", "Funding and conflicts of interest as seen."),
        count("n_findings", "Findings of the study in this base.", "findings", required=True),
        text("notice", "What became of the study: retraction, concern, correction; empty when nothing.", required=True),
        flag("retracted", "Left out of every table, summary and pool."),
        text("verification", "How much of the study was seen by the curator.", values=Verification, required=True),
        flag("second_reading", "Whether somebody read the sources a second time, independently."),
        count("to_check", "What is still to be checked.", "to-dos", required=True),
        text("missing", "Fields of the reference that nobody has seen.", many=True),
        text("reference", "The reference in Vancouver style.", standard="ICMJE recommendations"),
    ),
    "label",
    ("label", "title", "authors", "journal", "population", "comparator", "conclusion"),
)

REFERENCES = Resource(
    "references",
    "References",
    "One row a study's bibliographic identity; what is empty nobody has seen.",
    ("key",),
    (
        text("key", "Key of the study.", refers="studies", required=True, standard="BibTeX key"),
        text("entry_type", "Kind of publication.", required=True, standard="BibTeX entry type"),
        text("title", "Title.", standard="BibTeX"),
        text("author", "Names as 'Family, I. J.'; groups in braces; 'others' for those not named.", many=True,
             standard="BibTeX"),
        text("editor", "Editors of the book that a chapter is in, written as authors are.", many=True,
             standard="BibTeX"),
        text("booktitle", "Title of the book that a chapter is in.", standard="BibTeX"),
        text("journal", "Full name of the journal.", standard="BibTeX"),
        text("shortjournal", "Abbreviated name of the journal.", standard="NLM title abbreviation"),
        count("year", "Year of the issue.", "year", standard="BibTeX"),
        text("date", "Day of publication as far as known.", standard="ISO 8601"),
        text("volume", "Volume.", standard="BibTeX"),
        text("number", "Issue, or the number of a report.", standard="BibTeX"),
        text("pages", "First and last page, or the article number.", standard="BibTeX"),
        text("edition", "Edition.", standard="BibTeX"),
        text("publisher", "Publisher.", standard="BibTeX"),
        text("address", "Place of the publisher.", standard="BibTeX"),
        text("institution", "Who issued a report.", standard="BibTeX"),
        text("pubstate", "Not in an issue yet: online ahead of it, or accepted.", values=("prepublished", "inpress"),
             standard="biblatex"),
        text("eprinttype", "Server of a preprint.", standard="biblatex"),
        text("eprint", "Number of a preprint there.", standard="biblatex"),
        text("language", "Language of the publication.", standard="biblatex langid or name"),
        text("issn", "ISSN of the journal.", standard="ISO 3297"),
        text("isbn", "ISBN of the book.", standard="ISO 2108"),
        *_IDS,
        text("url", "Address.", standard="URL"),
        text("urldate", "Day on which the address was looked at.", standard="ISO 8601"),
    ),
    "title",
)  # fmt: skip

SOURCES = Resource(
    "sources",
    "Sources",
    "One row a page or file on which facts of a study were read.",
    ("id",),
    (
        text("id", "Study and number of the source.", required=True),
        _study(),
        text("url", "Address of the page.", standard="URL"),
        text("note", "What it is, or where it was found."),
        text("supports", "What was read there.", many=True),
    ),
    "url",
)

NOTES = Resource(
    "study_notes",
    "Notes on studies",
    "One row a limitation, a further fact, a result that was left out, or something still to be checked.",
    ("study", "kind", "number"),
    (
        _study(),
        text(
            "kind", "What the note is; 'to-check' was only recalled and is no fact.", values=NOTE_KINDS, required=True
        ),
        _place("kind and study"),
        text("text", "The note.", required=True),
        text("reason", "Why a result was left out, or the source of a fact."),
    ),
)

REPORTED = Resource(
    "reported_terms",
    "Terms as reported",
    "One row a condition or intervention in the words of the study, and the controlled terms it was mapped onto.",
    ("study", "role", "number"),
    (
        _study(),
        text(
            "role", "Whether it is a condition or an intervention.", values=("condition", "intervention"), required=True
        ),
        _place("role and study"),
        text("text", "As the study has it.", required=True),
        text("conditions", "Controlled conditions.", many=True, refers="conditions"),
        text("interventions", "Controlled interventions.", many=True, refers="interventions"),
    ),
)

BIAS = Resource(
    "risk_of_bias",
    "Risk of bias",
    "One row an appraisal of a study with one tool, by a person or a named organisation.",
    ("id",),
    (
        text("id", "Study and number of the appraisal.", required=True),
        _study(),
        text("tool", "Tool: RoB 2, ROBINS-I, AMSTAR 2, AGREE II, PEDro.", required=True),
        text("by", "Who judged.", required=True),
        day("on", "When it was judged."),
        text("finding", "The finding that was appraised, where the tool judges results.", refers="findings"),
        text("overall", "Overall judgement in the tool's words."),
        number("score", "Sum of a scale such as PEDro.", "points of the tool"),
        text("reason", "Why."),
        text("sources", "Where it was taken from.", many=True, refers="sources"),
    ),
)

DOMAINS = Resource(
    "risk_of_bias_domains",
    "Risk of bias by domain",
    "One row a domain or item of an appraisal.",
    ("appraisal", "domain"),
    (
        text("appraisal", "The appraisal.", refers="risk_of_bias", required=True),
        text("domain", "Domain or item of the tool.", required=True),
        text("judgement", "In the tool's words.", required=True),
        text("reason", "Why."),
    ),
)

DIFFERENCES = Resource(
    "second_readings",
    "Second readings",
    "One row a difference that the second, independent reading of a study found.",
    ("study", "number"),
    (
        _study(),
        _place("study"),
        text("field", "What differs.", required=True),
        text("recorded", "What the first reading recorded.", required=True),
        text("seen", "What the second reading saw.", required=True),
        text("which_is_right", "Which is right.", values=("recorded", "seen", "unclear"), required=True),
        text("why", "Why.", required=True),
        text("source", "Where it was seen."),
    ),
)

RECORDS = Resource(
    "pubmed_records",
    "PubMed records",
    "One row a PMID: what PubMed says of it, or what people wrote down before it was fetched.",
    ("pmid",),
    (
        text("pmid", "Id in PubMed.", required=True, standard="PubMed"),
        _study("The study with this PMID.", required=False),
        text("source", "'pubmed' when fetched, 'curated' when written from what people read.", values=RECORD_SOURCES,
             required=True),
        day("date", "Day of the record.", required=True),
        text("title", "ArticleTitle.", standard="NLM DTD 2025"),
        text("authors", "Family name and initials, or the group.", many=True, standard="NLM DTD 2025"),
        text("journal", "Title of the journal.", standard="NLM DTD 2025"),
        text("iso_abbreviation", "ISOAbbreviation of the journal.", standard="NLM DTD 2025"),
        text("volume", "Volume.", standard="NLM DTD 2025"),
        text("issue", "Issue.", standard="NLM DTD 2025"),
        text("pages", "MedlinePgn.", standard="NLM DTD 2025"),
        count("year", "Year of the issue, else of the electronic article.", "year", standard="NLM DTD 2025"),
        text("doi", "DOI.", standard="DOI"),
        text("pmcid", "Id in PubMed Central.", standard="PubMed Central"),
        text("publication_types", "PublicationType.", many=True, standard="MeSH publication types"),
        text("mesh", "MeSH headings.", many=True, standard="MeSH"),
    ),
    "title",
)  # fmt: skip

NOTICES = Resource(
    "notices",
    "Notices",
    "One row a retraction, expression of concern, correction or update in force.",
    ("study", "number"),
    (
        _study(),
        _place("study"),
        text("kind", "What the notice does to the study.", required=True, standard="after PubMed RefType"),
        text("date", "Date of the notice as far as known.", standard="ISO 8601"),
        text("pmid", "PMID of the notice or newer version.", standard="PubMed"),
        text("doi", "DOI of the notice or newer version.", standard="DOI"),
        text("printed", "The notice as cited, or its reason."),
        text("source", "Where it was read."),
        text("note", "What a reader should know beside it."),
    ),
)
