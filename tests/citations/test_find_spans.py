"""The part of its sentences that a citation is given for, where others share them."""

from __future__ import annotations

import pytest

from kb.citations.find import find
from kb.citations.find_model import CitationKind, FoundCitation
from kb.citations.find_sentences import sentences_of
from kb.citations.read import read_bytes

LIST = "\n\n[^1]: Okafor A. Rest for elbows. J Rest. 2031;4:1-9.\n\n[^2]: Li B. Rest for knees. J Rest. 2029;2:3-8.\n"


def told(text: str) -> list[str]:
    """What each citation of a text is given for, without the citation itself."""
    return [words(found) for found in found_in(text) if found.kind is not CitationKind.REFERENCE]


def found_in(text: str) -> list[FoundCitation]:
    return find(read_bytes(text.encode(), name="draft.md").posts[0])


def words(found: FoundCitation) -> str:
    whole = " ".join(sentence.text for sentence in found.statement)
    for piece in (found.text, "( Okafor et al., 2031 )", "( Li et al., 2029 )", "[1]", "[2]"):
        whole = whole.replace(piece, "")
    return " ".join(whole.split()).strip(" .,")


@pytest.mark.parametrize("link", ["", ", J Rest. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/1111111/)"])
def test_parentheses_behind_a_stop_close_the_sentence_before(link: str) -> None:
    text = f"Pain fell in 30 rowers. (Okafor et al., 2031{link}) In 70 cooks it rose. (Li et al., 2029{link}) So what."
    first, second = found_in(text)
    assert first.statement[0].text == "Pain fell in 30 rowers."
    assert "70" not in " ".join(sentence.text for sentence in first.statement)
    assert second.statement[0].text == "In 70 cooks it rose."
    assert not {"70", "70 cooks"} & {quantity.text for quantity in first.details.quantities}


def test_what_follows_without_a_citation_is_nobodys() -> None:
    (found,) = found_in("Pain fell in 30 rowers. (Okafor et al., 2031) We treat 900 people a year.")
    assert "900" not in " ".join(sentence.text for sentence in found.statement)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Pain fell by a third in rowers (Okafor et al., 2031), and strength rose by half (Li et al., 2029).",
            ["Pain fell by a third in rowers", "and strength rose by half"],
        ),
        (
            "In rowers pain fell by a third (Okafor et al., 2031), but Li et al. (2029) saw no change.",
            ["In rowers pain fell by a third", "but  saw no change"],
        ),
        ("Pain fell by a third.[^1] In cooks it rose.[^2]" + LIST, ["Pain fell by a third", "In cooks it rose"]),
        ("Pain fell a lot [^1]. In cooks it rose [^2]." + LIST, ["Pain fell a lot", "In cooks it rose"]),
    ],
)  # fmt: skip
def test_each_clause_has_its_own_citation(text: str, parts: list[str]) -> None:
    assert told(text) == [" ".join(part.split()) for part in parts]


@pytest.mark.parametrize(
    "text",
    [
        "Pain fell by a third in rowers and strength rose by half (Okafor et al., 2031; Li et al., 2029).",
        "Pain fell by a third and strength rose by half (Okafor et al., 2031) (Li et al., 2029).",
        "Pain fell by a third, and strength rose by half.[^1][^2]" + LIST,
        "Rest (Okafor et al., 2031) and swimming (Li et al., 2029) lowered the pain of rowers by half.",
        "Rest for a whole week (Okafor et al., 2031) and swimming in cold lakes (Li et al., 2029) lower pain a lot.",
        "Pain fell by a third in rowers (Okafor et al., 2031) and by half in all tall cooks (Okafor et al., 2031).",
        "Okafor et al. [1] found that pain fell by a third and Li et al. [2] that it rose." + LIST,
    ],
)
def test_a_joint_statement_is_not_taken_apart(text: str) -> None:
    found = [one for one in found_in(text) if one.kind is not CitationKind.REFERENCE]
    whole = {(one.statement[0].start, one.statement[-1].end) for one in found}
    assert len(found) == 2
    assert len(whole) == 1


def test_a_part_keeps_the_locator_of_its_sentence() -> None:
    text = "Pain fell by a third in rowers (Okafor et al., 2031), and strength rose by half (Li et al., 2029)."
    post = read_bytes(text.encode()).posts[0]
    (sentence,) = sentences_of(post.blocks[0])
    found = find(post)
    assert {one.locator for one in found} == {sentence.locator}
    assert {part.locator for one in found for part in one.statement} == {sentence.locator}
    assert all(part.text == text[part.start : part.end] for one in found for part in one.statement)
    assert all(part.text != sentence.text for one in found for part in one.statement)
