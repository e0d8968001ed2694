"""A synthetic file in the shape of NLM's annual baseline: deterministic, made-up words, realistic sizes.

No text of a real abstract is in it. Shape and sizes follow the baseline's pretty-printed XML of recent years: abstracts
of four sections with inline markup, 4-10 authors with affiliations, 6-14 MeSH headings, chemicals, grants, history, and
0-30 references; about 15 kB a record.
"""

from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" \
"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
"""
TAIL = "</PubmedArticleSet>\n"

_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "xa", "bri", "clo")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEADINGS = (
    ("BACKGROUND", "BACKGROUND"),
    ("METHODS", "METHODS"),
    ("RESULTS", "RESULTS"),
    ("CONCLUSION", "CONCLUSIONS"),
)
_TYPES = (
    ("D016428", "Journal Article"),
    ("D016449", "Randomized Controlled Trial"),
    ("D016454", "Review"),
    ("D013485", "Research Support, Non-U.S. Gov't"),
    ("D000078182", "Systematic Review"),
)
_INLINE = ("<i>{}</i>", "<sub>{}</sub>", "<sup>{}</sup>", "<b>{}</b>", "<i>{}<sup>2</sup></i>")


class _Words:
    """Made-up words from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not for secrets
        pick = self.random.choices
        self.words = sorted({"".join(pick(_SYLLABLES, k=self.random.randint(1, 3))) for _ in range(20_000)})
        self.names = sorted({w.capitalize() for w in pick(self.words, k=8_000)})

    def text(self, low: int, high: int, markup: float = 0.0) -> str:
        """A sentence of made-up words, some of them in inline markup."""
        words = self.random.choices(self.words, k=self.random.randint(low, high))
        if markup:
            for at, word in enumerate(words):
                draw = self.random.random()
                if draw < markup:
                    words[at] = self.random.choice(_INLINE).format(word)
                elif draw < markup * 1.3:
                    words[at] = "&lt; 0.05" if draw < markup * 1.15 else "5\u2009µg &amp; β-" + word
        return (" ".join(words) + ".").capitalize() if not markup else " ".join(words) + "."


def records(count: int, seed: int = 1) -> Iterator[str]:
    """Yield ``count`` records as pretty-printed XML, the same for the same seed."""
    words = _Words(seed)
    for number in range(count):
        yield _record(words, 10_000_001 + number)


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write a whole file, gzipped as NLM does."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        file.write(HEAD)
        file.writelines(records(count, seed))
        file.write(TAIL)


def _date(words: _Words, name: str, attributes: str = "", year: int = 0) -> str:
    rnd = words.random
    return (
        f"<{name}{attributes}>\n        <Year>{year or rnd.randint(1990, 2024)}</Year>\n"
        f"        <Month>{rnd.randint(1, 12):02}</Month>\n        <Day>{rnd.randint(1, 28):02}</Day>\n      </{name}>\n"
    )


def _author(words: _Words) -> str:
    rnd = words.random
    if rnd.random() < 0.03:
        return f'          <Author ValidYN="Y">\n            <CollectiveName>{words.text(2, 5)[:-1]} Group</CollectiveName>\n          </Author>\n'  # noqa: E501
    fore = rnd.choice(words.names)
    orcid = "".join(str(rnd.randint(0, 9)) for _ in range(15))
    total = 0
    for digit in orcid:
        total = (total + int(digit)) * 2
    orcid += "0123456789X"[(12 - total % 11) % 11]
    shown = "-".join(orcid[i : i + 4] for i in range(0, 16, 4))
    identifier = f'            <Identifier Source="ORCID">{shown}</Identifier>\n' if rnd.random() < 0.25 else ""
    return (
        '          <Author ValidYN="Y">\n'
        f"            <LastName>{rnd.choice(words.names)}</LastName>\n            <ForeName>{fore} {fore[0]}</ForeName>\n"  # noqa: E501
        f"            <Initials>{fore[0]}{fore[0]}</Initials>\n{identifier}            <AffiliationInfo>\n"
        f"              <Affiliation>{words.text(7, 14)} Department, {words.text(3, 6)} {rnd.choice(words.names)}.</Affiliation>\n"  # noqa: E501
        "            </AffiliationInfo>\n          </Author>\n"
    )


def _mesh(words: _Words) -> str:
    rnd = words.random
    parts = []
    for _ in range(rnd.randint(6, 14)):
        qualifiers = "".join(
            f'          <QualifierName UI="Q{rnd.randint(0, 999999):06}" MajorTopicYN="{rnd.choice("YN")}">{rnd.choice(words.words)}</QualifierName>\n'  # noqa: E501
            for _ in range(rnd.choice((0, 0, 1, 1, 2)))
        )
        parts.append(
            f'        <MeshHeading>\n          <DescriptorName UI="D{rnd.randint(0, 999999):06}" MajorTopicYN="{rnd.choice("YNN")}">'  # noqa: E501
            f"{words.text(1, 3)[:-1]}</DescriptorName>\n{qualifiers}        </MeshHeading>\n"
        )
    return "      <MeshHeadingList>\n" + "".join(parts) + "      </MeshHeadingList>\n"


def _reference(words: _Words) -> str:
    rnd = words.random
    return (
        f"        <Reference>\n          <Citation>{rnd.choice(words.names)} A, {rnd.choice(words.names)} B. {words.text(8, 14)} {words.text(2, 4)} 2010;{rnd.randint(1, 99)}:{rnd.randint(1, 999)}-9.</Citation>\n"  # noqa: E501
        f'          <ArticleIdList>\n            <ArticleId IdType="doi">10.1000/r{rnd.randint(1, 9999999)}</ArticleId>\n            <ArticleId IdType="pubmed">{rnd.randint(1000000, 9999999)}</ArticleId>\n          </ArticleIdList>\n        </Reference>\n'  # noqa: E501
    )


def _record(words: _Words, pmid: int) -> str:
    rnd = words.random
    year = rnd.randint(1995, 2024)
    if rnd.random() < 0.07:
        pub_date = f"<MedlineDate>{year} Jul-Aug</MedlineDate>"
    else:
        pub_date = f"<Year>{year}</Year>\n            <Month>{rnd.choice(_MONTHS)}</Month>"
    abstract = "".join(
        f'          <AbstractText Label="{label}" NlmCategory="{category}">{words.text(25, 60, 0.03)}</AbstractText>\n'
        for label, category in _HEADINGS
    )
    grants = "".join(
        f"          <Grant>\n            <GrantID>R01 AR{rnd.randint(10000, 99999)}</GrantID>\n            <Acronym>AR</Acronym>\n            <Agency>NIAMS NIH HHS</Agency>\n            <Country>United States</Country>\n          </Grant>\n"  # noqa: E501
        for _ in range(rnd.choice((0, 0, 1, 2)))
    )
    chemicals = "".join(
        f'        <Chemical>\n          <RegistryNumber>0</RegistryNumber>\n          <NameOfSubstance UI="D{rnd.randint(0, 999999):06}">{rnd.choice(words.names)}</NameOfSubstance>\n        </Chemical>\n'  # noqa: E501
        for _ in range(rnd.choice((0, 1, 2, 3)))
    )
    types = "".join(
        f'          <PublicationType UI="{ui}">{name}</PublicationType>\n' for ui, name in rnd.sample(_TYPES, 2)
    )
    keywords = "".join(f'        <Keyword MajorTopicYN="N">{words.text(1, 3)[:-1]}</Keyword>\n' for _ in range(5))
    history = "".join(
        f'        <PubMedPubDate PubStatus="{status}">\n          <Year>{year}</Year>\n          <Month>{rnd.randint(1, 12)}</Month>\n          <Day>{rnd.randint(1, 28)}</Day>\n          <Hour>6</Hour>\n          <Minute>0</Minute>\n        </PubMedPubDate>\n'  # noqa: E501
        for status in ("received", "accepted", "pubmed", "medline", "entrez")
    )
    references = "".join(_reference(words) for _ in range(rnd.choice((0, 5, 10, 20, 30))))
    reference_list = f"      <ReferenceList>\n{references}      </ReferenceList>\n" if references else ""
    return f"""  <PubmedArticle>
    <MedlineCitation Status="MEDLINE" IndexingMethod="Automated" Owner="NLM">
      <PMID Version="1">{pmid}</PMID>
      {_date(words, "DateCompleted")}      {_date(words, "DateRevised")}      <Article PubModel="Print-Electronic">
        <Journal>
          <ISSN IssnType="Electronic">1234-{rnd.randint(1000, 9999)}</ISSN>
          <JournalIssue CitedMedium="Internet">
            <Volume>{rnd.randint(1, 99)}</Volume>
            <Issue>{rnd.randint(1, 12)}</Issue>
            <PubDate>
            {pub_date}
            </PubDate>
          </JournalIssue>
          <Title>Journal of {words.text(2, 4)[:-1]}</Title>
          <ISOAbbreviation>J {rnd.choice(words.names)[:5]} {rnd.choice(words.names)[:4]}</ISOAbbreviation>
        </Journal>
        <ArticleTitle>{words.text(8, 16, 0.06)}</ArticleTitle>
        <Pagination>
          <StartPage>{(page := rnd.randint(1, 900))}</StartPage>
          <EndPage>{page + 9}</EndPage>
          <MedlinePgn>{page}-{(page + 9) % 100}</MedlinePgn>
        </Pagination>
        <ELocationID EIdType="doi" ValidYN="Y">10.1000/s{pmid}</ELocationID>
        <Abstract>
{abstract}          <CopyrightInformation>Copyright {year} The Authors.</CopyrightInformation>
        </Abstract>
        <AuthorList CompleteYN="Y">
{"".join(_author(words) for _ in range(rnd.randint(4, 10)))}        </AuthorList>
        <Language>eng</Language>
{f'        <GrantList CompleteYN="Y">{chr(10)}{grants}        </GrantList>{chr(10)}' if grants else ""}        <PublicationTypeList>
{types}        </PublicationTypeList>
        {_date(words, "ArticleDate", ' DateType="Electronic"', year)}      </Article>
      <MedlineJournalInfo>
        <Country>England</Country>
        <MedlineTA>J {rnd.choice(words.names)[:5]}</MedlineTA>
        <NlmUniqueID>{rnd.randint(100000, 999999)}</NlmUniqueID>
        <ISSNLinking>1234-{rnd.randint(1000, 9999)}</ISSNLinking>
      </MedlineJournalInfo>
{f"      <ChemicalList>{chr(10)}{chemicals}      </ChemicalList>{chr(10)}" if chemicals else ""}      <CitationSubset>IM</CitationSubset>
{_mesh(words)}      <KeywordList Owner="NOTNLM">
{keywords}      </KeywordList>
    </MedlineCitation>
    <PubmedData>
      <History>
{history}      </History>
      <PublicationStatus>ppublish</PublicationStatus>
      <ArticleIdList>
        <ArticleId IdType="pubmed">{pmid}</ArticleId>
        <ArticleId IdType="doi">10.1000/s{pmid}</ArticleId>
        <ArticleId IdType="pii">S{pmid}</ArticleId>
      </ArticleIdList>
{reference_list}    </PubmedData>
  </PubmedArticle>
"""  # noqa: E501
