"""What several formats need: text on one line, keywords and notes of a reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.pubmed.notices import mark

if TYPE_CHECKING:
    from kb.exports.data import Data

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE = re.compile(r"[\ud800-\udfff]")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def encodable(text: str) -> str:
    r"""Text that UTF-8 can hold: half of a surrogate pair becomes U+FFFD.

    Examples
    --------
    >>> encodable("a\ud800b")
    'a\ufffdb'
    """
    return _LONE.sub("\ufffd", text)


def one_line(text: str) -> str:
    r"""Text on one line: control characters and line breaks become one blank.

    Examples
    --------
    >>> one_line("a\r\nER  - \x00b")
    'a ER  - b'
    """
    return _CONTROL.sub(" ", encodable(text)).strip()


def xml_text(text: str) -> str:
    r"""Text that XML 1.0 can hold: what it cannot becomes U+FFFD.

    Examples
    --------
    >>> xml_text("a\x00\tb")
    'a\ufffd\tb'
    """
    return _NOT_XML.sub("\ufffd", text)


def keywords(data: Data, key: str) -> list[str]:
    """Labels of the study's conditions and interventions."""
    corpus = data.base.corpus
    study = corpus.studies.get(key)
    if study is None:
        return []
    labels = [corpus.conditions[term].label for term in study.condition_ids if term in corpus.conditions]
    labels += [corpus.interventions[term].label for term in study.intervention_ids if term in corpus.interventions]
    return list(dict.fromkeys(one_line(label) for label in labels))


def notes(data: Data, key: str) -> list[str]:
    """What a reader of the reference must know: that it was retracted, is in doubt, or was corrected."""
    told = mark(data.base.notices.get(key, ()), every=True)
    return [f"{told}."] if told else []
