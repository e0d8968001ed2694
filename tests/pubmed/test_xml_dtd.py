"""The DTD that Biopython bundles, walked element by element: each is read, or passed over for a reason given here.

A document is made that holds every element and attribute; then each is changed in turn, and the record must change
exactly when the element is not on the list.
"""

import importlib.metadata
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

from kb.pubmed.record import Author
from kb.pubmed.xml import parse_all

DTDS = Path(str(importlib.metadata.distribution("biopython").locate_file("Bio/Entrez/DTDs")))
NEWEST = max(DTDS.glob("pubmed_[0-9]*.dtd"), key=lambda path: ("20" if path.stem[7] < "5" else "19") + path.stem[7:])

IGNORED = {  # the last steps of a path, and why nothing of it is kept
    "Affiliation": "addresses are not part of a study's identity",
    "AffiliationInfo/Identifier": "names an institution",
    "AffiliationInfo/Identifier@Source": "names an institution",
    "CopyrightInformation": "belongs to the abstract",
    "AbstractText@Label": "belongs to the abstract",
    "AbstractText@NlmCategory": "belongs to the abstract",
    "OtherAbstract/AbstractText": "sentences of others",
    "OtherAbstract@Type": "sentences of others",
    "OtherAbstract@Language": "sentences of others",
    "CoiStatement": "sentences of others; that there is one is kept",
    "Citation": "the references are counted, not kept",
    "Reference/ArticleIdList/ArticleId": "the references are counted, not kept",
    "Reference/ArticleIdList/ArticleId@IdType": "the references are counted, not kept",
    "ReferenceList/Title": "the references are counted, not kept",
    "Sections/Section/LocationLabel": "table of contents",
    "Sections/Section/LocationLabel@Type": "table of contents",
    "SectionTitle": "table of contents",
    "SectionTitle@book": "table of contents",
    "SectionTitle@part": "table of contents",
    "SectionTitle@sec": "table of contents",
    "BookDocument/LocationLabel": "place inside the book's file",
    "LocationLabel@Type": "place inside the book's file",
    "BookDocument/ItemList/Item": "free lists, no list type is in use",
    "BookDocument/ItemList@ListType": "free lists, no list type is in use",
    **{
        f"{name}@{a}": "link target"
        for name in ("ArticleTitle", "BookTitle", "CollectionTitle")
        for a in ("book", "part", "sec")
    },
    "Hour": "a day is exact enough",
    "Minute": "a day is exact enough",
    "Second": "a day is exact enough",
    "Object@Type": "links of PubMed's own pages",
    "Object/Param": "links of PubMed's own pages",
    "Object/Param@Name": "links of PubMed's own pages",
    "GeneSymbolList/GeneSymbol": "not assigned since 1996",
    "GeneralNote": "notes of the indexers",
    "GeneralNote@Owner": "notes of the indexers",
    "PersonalNameSubjectList/PersonalNameSubject/LastName": "biographies",
    "PersonalNameSubjectList/PersonalNameSubject/ForeName": "biographies",
    "PersonalNameSubjectList/PersonalNameSubject/Initials": "biographies",
    "PersonalNameSubjectList/PersonalNameSubject/Suffix": "biographies",
    "SpaceFlightMission": "no study of ours flies",
    "CollectiveName@Investigators": "ties a group to a list, which is kept whole",
    "InvestigatorList@ID": "ties a group to a list, which is kept whole",
    "MedlineCitation@VersionID": "PMID@Version is the version",
    "MedlineCitation@VersionDate": "DateRevised is the date",
    "DescriptorName@AutoHM": "how a heading was assigned; IndexingMethod says it of the record",
    "QualifierName@AutoHM": "how a heading was assigned; IndexingMethod says it of the record",
    "ArticleDate@DateType": "always Electronic",
    "DataBankList@CompleteYN": "an incomplete list has no use for us",
    "GrantList@CompleteYN": "an incomplete list has no use for us",
    "OtherID@Source": "only NLM's PMC numbers are read",
    "MedlineCitation/OtherID": "only NLM's PMC numbers are read; the PMCID of ArticleIdList comes first",
}

VALUES = {
    "Year": ("2001", "2002"),
    "Month": ("3", "4"),
    "Day": ("5", "6"),
    "PMID": ("11", "12"),
    "MedlineDate": ("2001 Jul-Aug", "2002 Jul-Aug"),
    "MedlinePgn": ("11-19", "21-29"),
    "NumberOfReferences": ("5", "6"),
    "Identifier": ("0000-0002-1825-0097", "0000-0002-1694-233X"),
    "AbstractText": ("said", ""),
    "CoiStatement": ("said", "said otherwise"),
}
ATTRIBUTES = {"Version": ("1", "2"), "Source": ("ORCID", "ISNI"), "UI": ("D1", "D2"), "IdType": ("doi", "pii")}
MARKUP = {"b", "i", "sup", "sub", "u", "mml:math", "DispFormula"}


@cache
def grammar():
    text = re.sub(r"<!--.*?-->", "", NEWEST.read_text(encoding="utf-8"), flags=re.DOTALL)
    for entity, value in re.findall(r'<!ENTITY\s+%\s+(\w+)\s+"([^"]*)"', text):
        text = text.replace(f"%{entity};", value)
    elements = dict(re.findall(r"<!ELEMENT\s+([\w:]+)\s*([^>]*)>", text))
    attributes: dict[str, list[tuple[str, str]]] = {}
    for name, block in re.findall(r"<!ATTLIST\s+([\w:]+)([^>]*)>", text):
        found = re.findall(r"(\w+)\s+(CDATA|IDREF|ID|\([^)]*\))", block)
        attributes.setdefault(name, []).extend(found)
    return elements, attributes


def contents(name):
    return [child for child in dict.fromkeys(re.findall(r"[\w:]+", grammar()[0][name])) if child != "PCDATA"]


def options(name, kind):
    if name in ATTRIBUTES:
        return ATTRIBUTES[name]
    choices = re.findall(r"[\w-]+", kind) if kind.startswith("(") else ["one", "two"]
    return (choices[0], choices[1] if len(choices) > 1 else "")


def build(name, path, without, changed, paths):
    """XML of an element with everything in it, noting each path, with the one at ``changed`` changed."""
    path = f"{path}/{name}"
    attributes = ""
    for attribute, kind in grammar()[1].get(name, []):
        at = f"{path}@{attribute}"
        paths.append(at)
        attributes += f' {attribute}="{options(attribute, kind)[at == changed]}"'
    inner = [c for c in contents(name) if c not in MARKUP | without and f"/{c}/" not in f"{path}/"]
    if "#PCDATA" in grammar()[0][name]:
        paths.append(path)
        first, second = VALUES.get(name, (f"{name} one", f"{name} two"))
        return f"<{name}{attributes}>{second if path == changed else first}</{name}>"
    return f"<{name}{attributes}>{''.join(build(c, path, without, changed, paths) for c in inner)}</{name}>"


def record(root, without, changed=None):
    paths: list[str] = []
    (found,) = parse_all(build(root, "", without, changed, paths).encode()).records
    return msgspec.structs.replace(found, sha256=""), paths


VARIANTS = (
    frozenset({"MedlineDate"}),
    frozenset({"Year", "Month", "Day", "Season"}),
    frozenset({"MedlineDate", "Month", "Day"}),
    frozenset({"StartPage", "EndPage", "MedlineDate", "NumberOfReferences"}),
    frozenset({"MedlinePgn", "MedlineDate"}),
    frozenset({"ArticleTitle", "MedlineDate", "BookDocument/AuthorList"}),
    frozenset({"CollectiveName", "MedlineDate", "ELocationID"}),
)


@cache
def walk(root):
    """Each path below a root with whether a change of it changes the record, in any variant of the document."""
    seen: dict[str, bool] = {}
    for without in VARIANTS:
        plain, paths = record(root, without)
        for path in paths:
            seen[path] = seen.get(path, False) or record(root, without, path)[0] != plain
    return seen


def reason(path):
    return next((key for key in IGNORED if path.endswith(key) and path[-len(key) - 1] == "/"), None)


@pytest.mark.parametrize("root", ["PubmedArticle", "PubmedBookArticle"])
def test_every_element_is_read_or_passed_over_for_a_reason(root):
    seen = walk(root)
    assert len(seen) > 100
    unread = [path for path, read in seen.items() if not read and not reason(path)]
    wrongly_listed = [path for path, read in seen.items() if read and reason(path)]
    assert (unread, wrongly_listed) == ([], [])


def test_no_reason_is_left_over():
    paths = {**walk("PubmedArticle"), **walk("PubmedBookArticle")}
    used = {reason(path) for path in paths}
    assert set(IGNORED) - used - {None} == set()


def test_the_whole_dtd_is_reached():
    """All elements but the sets and what nothing refers to."""
    elements = {name for name in grammar()[0] if name not in MARKUP}
    steps = {step for path in (*walk("PubmedArticle"), *walk("PubmedBookArticle")) for step in re.findall(r"\w+", path)}
    assert elements - steps == {
        *("PubmedArticleSet", "BookDocumentSet", "PubmedBookArticleSet", "DeleteCitation", "DeleteDocument"),
        *("ContractNumber", "URL"),
    }


INLINE = ("ArticleTitle", "VernacularTitle", "CollectiveName", "Suffix", "Keyword", "AbstractText")


@pytest.mark.parametrize("name", INLINE)
def test_markup_that_the_dtd_allows_keeps_its_text(name):
    allowed = set(contents(name)) & MARKUP
    assert allowed >= {"b", "i", "sup", "sub", "u"}
    inner = "".join(f"<{markup}>{at}</{markup}>" for at, markup in enumerate(sorted(allowed)))
    text = "".join(map(str, range(len(allowed))))
    author = "<AuthorList><Author><LastName>x</LastName>{}</Author></AuthorList>"
    element = f"<{name}>{inner}</{name}>"
    article = author.format(element) if name in {"CollectiveName", "Suffix"} else element
    article = f"<Abstract>{element}</Abstract>" if name == "AbstractText" else article
    keywords = f"<KeywordList>{element}</KeywordList>" if name == "Keyword" else ""
    citation = f"<MedlineCitation><PMID>1</PMID><Article>{article}</Article>{keywords}</MedlineCitation>"
    answer = f"<PubmedArticle>{citation}</PubmedArticle>"
    (found,) = parse_all(answer.encode(), abstracts=True).records
    first = found.authors[0] if found.authors else Author()
    places = {
        "ArticleTitle": found.title,
        "VernacularTitle": found.vernacular_title,
        "CollectiveName": first.collective,
        "Suffix": first.suffix,
        "Keyword": found.keywords[0].text if found.keywords else None,
        "AbstractText": found.abstract[0].text if found.abstract else None,
    }
    assert places[name] == text
