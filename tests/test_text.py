"""kb.text: sentences and their locators."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.text import locate, normalize, sentences

words = st.lists(
    st.sampled_from(["tendon", "load", "pain", "12.5", "weeks", "Runners", "risk", "0.53"]), min_size=1, max_size=12
)


@given(words)
def test_markup_case_and_blanks_do_not_change_a_locator(parts: list[str]) -> None:
    plain = " ".join(parts)
    marked = "  ".join(f"**{part.upper()}**" for part in parts) + "."
    linked = f"[{plain}](https://example.org/a_(b)?c=1)"
    assert locate(plain) == locate(marked) == locate(linked)


@given(words, words)
def test_other_words_or_numbers_change_it(one: list[str], two: list[str]) -> None:
    assert (locate(" ".join(one)) == locate(" ".join(two))) == (normalize(" ".join(one)) == normalize(" ".join(two)))


@given(st.text(max_size=300))
def test_no_word_is_lost_between_sentences(text: str) -> None:
    whole = " ".join(filter(None, (normalize(line) for line in text.splitlines())))
    parts = " ".join(normalize(sentence) for _, sentence in sentences(text))
    assert whole.replace(" ", "") == parts.replace(" ", "")


def test_what_ends_a_sentence() -> None:
    text = (
        "It fell by 3.5 points (p < 0.05). Smith et al. found 2 vs. 4. A. B. Jones agrees! Is it so? (Lee, 2020.) Yes."
    )
    assert [sentence for _, sentence in sentences(text)] == [
        "It fell by 3.5 points (p < 0.05).",
        "Smith et al. found 2 vs. 4.",
        "A. B. Jones agrees!",
        "Is it so?",
        "(Lee, 2020.)",
        "Yes.",
    ]


def test_curly_and_straight_quotes_are_one() -> None:
    assert locate("Runner’s knee isn’t “bad luck”") == locate("runner's knee isn't \"bad luck\"")


def test_lines_are_counted_from_one() -> None:
    assert [line for line, _ in sentences("One.\n\nTwo. Three.")] == [1, 3, 3]
