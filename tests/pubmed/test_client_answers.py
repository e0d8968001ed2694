"""Answers are looked at before anybody believes them, and split by record."""

import re

import pytest

from kb.pubmed.answers import AnswerError, inspect_xml, split_records


@pytest.mark.parametrize(
    ("body", "reason", "again"),
    [
        (b"", "cut off", True),
        (b"<PubmedArticleSet><PubmedArticle>", "cut off", True),
        (b"<PubmedArticleSet><a></b></PubmedArticleSet>", "broken XML", True),
        (b"\n<!-- x --><HTML><body>", "web page", True),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "entities", False),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>&x;</a>", "entities", False),
        (b"<?xml version='1.0' encoding='latin-1'?><a/>", "not UTF-8", False),
        (b"<a>\xff</a>", "broken XML", True),
        (b"<a>" * 300 + b"</a>" * 300, "deep", False),
        (b"<PubmedArticleSet><PubmedArticle></PubmedArticle></PubmedArticleSet>", "without a PMID", True),
    ],
)
def test_answers_that_are_refused(body, reason, again):
    with pytest.raises(AnswerError, match=reason) as error:
        split_records(body)
    assert error.value.again is again


def test_a_pmid_is_read_from_its_place_only():
    body = (
        b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version='1'> 12 </PMID><CommentsCorrectionsList>"
        b"<CommentsCorrections><PMID>34</PMID></CommentsCorrections></CommentsCorrectionsList></MedlineCitation>"
        b"</PubmedArticle ><PubmedBookArticle><BookDocument><PMID>56</PMID></BookDocument></PubmedBookArticle>"
        b"</PubmedArticleSet>"
    )
    assert [pmid for pmid, _ in split_records(body)] == ["12", "56"]
    assert inspect_xml(body).root == "PubmedArticleSet"
    assert re.search(rb"<PMID>34</PMID>.*</PubmedArticle >\n</PubmedArticleSet>", split_records(body)[0][1])
