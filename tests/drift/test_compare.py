"""What moved on a page: the exact words, and nothing where nothing moved."""

import pytest

from kb.drift.compare import compare
from kb.drift.extract import facts_of
from kb.drift.wording import moved_words, wording_only
from kb.notebook.html import figure, paragraph, table
from tests.drift.pages import notebook, said

COLUMNS = ("study", "outcome", "effect", "direction")
SMALL = '<br><span class="kb-small">{}</span>'


def rows(effect="MD 8.64 (6.1 to 11.2) points; p &lt; 0.001", size="n = 60", more=()):
    cells = [f"Okafor 2031{SMALL.format(size)}", f"Pain: at rest{SMALL.format('1 month')}", effect, "no difference"]
    return table(f"Calf raises: {1 + len(more)} rows", COLUMNS, [cells, *more])


def moved(before, now, **headings):
    """Kind and words of each change between two pages of one output each."""
    old, new = facts_of(notebook(before)), facts_of(notebook(now, **headings))
    return [(change.kind, change.words) for change in compare(old, new)]


def test_a_number_in_a_table():
    assert moved(said(rows()), said(rows("MD 9.64 (6.1 to 11.2) points; p &lt; 0.001"))) == [
        ("row", "effect of Okafor 2031, Pain, 1 month: MD 8.64 -> 9.64")
    ]


def test_an_interval_is_told_whole():
    assert moved(said(rows("MD 8.64 (6.1 to 11.2)")), said(rows("MD 9.64 (-0.5 to 11.2)"))) == [
        ("row", "effect of Okafor 2031, Pain, 1 month: MD 8.64 (6.1 to 11.2) -> MD 9.64 (-0.5 to 11.2)")
    ]


def test_the_same_is_no_change():
    assert moved(said(rows()), said(rows())) == []


def test_a_result_is_never_wording():
    assert moved(said(rows()), said(rows().replace("no difference", "favours intervention"))) == [
        ("row", "direction of Okafor 2031, Pain, 1 month: no difference -> favours intervention")
    ]


def test_what_stands_beneath_the_head_belongs_to_the_study():
    assert moved(said(rows()), said(rows(size="n = 61"))) == [("statement", "Okafor 2031: n = 60 -> 61")]


def test_a_study_whose_first_row_is_another_one_now_has_not_changed():
    """The details of a study stand in its first row only, so a row before it moves them."""
    first = [f"Okafor 2031{SMALL.format('n = 60')}", "Function", "MD 1 (0 to 2) points", "unclear"]
    second = [["Okafor 2031", f"Pain: at rest{SMALL.format('1 month')}", "MD 8.64", "no difference"]]
    changes = moved(said(rows("MD 8.64")), said(table("Calf raises: 2 rows", COLUMNS, [first, *second])))
    assert changes == [
        ("row", "new row of 'Calf raises': Okafor 2031 · Function · MD 1 (0 to 2) points · unclear"),
    ]


def test_rows_that_are_new_and_gone():
    lee = ["Lee 2020", "Pain", "MD 2", "unclear"]
    assert moved(said(rows()), said(rows(more=[lee]))) == [
        ("row", "new row of 'Calf raises': Lee 2020 · Pain · MD 2 · unclear")
    ]
    assert moved(said(rows(more=[lee])), said(rows())) == [
        ("row", "gone row of 'Calf raises': Lee 2020 · Pain · MD 2 · unclear")
    ]


def test_rows_in_another_order_are_said_to_be_so():
    lee = ["Lee 2020", "Pain", "MD 2", "unclear"]
    wu = ["Wu 2019", "Pain", "MD 3", "unclear"]
    kinds = moved(said(table("T", COLUMNS, [lee, wu])), said(table("T", COLUMNS, [wu, lee])))
    assert [kind for kind, _ in kinds] == ["order"]


def test_a_renamed_column_is_wording():
    renamed = said(rows().replace("effect", "result"))
    assert moved(said(rows()), renamed) == [("wording", "column 'effect' is now called 'result'")]


def test_wording_only():
    old, new = said(paragraph("Pain fell with rest.")), said(paragraph("Pain dropped with rest."))
    assert moved(old, new) == [("wording", "Pain fell -> dropped with rest.")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It helped 12 of 30.", "It helped 13 of 30."),
        ("It lasted -2 days.", "It lasted 2 days."),
        ("It may help runners.", "It does help runners."),
        ("There is an effect.", "There is no effect."),
        ("Certainty is low here.", "Certainty is moderate here."),
        ("The claim is supported by it.", "The claim is overstated by it."),
        ("It was found by Lee in runners.", "It was found by Wu in runners."),
        ("It does help.", "It doesn't help."),
        ("Lower is better.", "Higher is better."),
        ("p < 0.05 for both", "p > 0.05 for both"),
    ],
)
def test_what_carries_meaning_is_never_wording(old, new):
    assert not wording_only(old, new)
    assert [kind for kind, _ in moved(said(paragraph(old.replace("<", "&lt;"))), said(paragraph(new)))] == ["statement"]


def test_a_count_in_a_statement():
    old, new = (
        "16 studies, published 2005 to 2025, with 65 findings.",
        "17 studies, published 2005 to 2025, with 66 findings.",
    )
    assert moved(said(paragraph(old)), said(paragraph(new))) == [
        ("statement", "16 -> 17 studies, published 2005 …; to 2025, with 65 -> 66 findings.")
    ]


def test_a_statement_that_moved_to_another_cell_is_no_news():
    one, two = said(paragraph("Rest is advised.")), said(paragraph("Load is advised for all runners."))
    old, new = facts_of(notebook(one, two)), facts_of(notebook(two, one))
    assert {change.kind for change in compare(old, new)} <= {"order", "statement", "wording"}
    old, new = facts_of(notebook(one, said())), facts_of(notebook(said(), one))
    assert [change.kind for change in compare(old, new)] == ["order"]


def drawn(x=3, colour="#000", label="1 estimate: 3"):
    svg = f'<svg aria-label="{label}"><path d="M {x} 1" style="fill:{colour}"/><text>pain</text></svg>'
    return said(figure(svg, svg, ""))


def test_figure_only():
    assert moved(drawn(), drawn(4)) == [("figure", "figure: data or layout changed, its words did not")]
    assert moved(drawn(), drawn(label="1 estimate: 4")) == [("figure", "figure: 1 estimate: 3 -> 4")]
    assert moved(drawn(), drawn(colour="#fff")) == [("style", "figure: drawn in another style, its data unchanged")]


WAS = "0.41 (0.2 to 0.6)"
CERTAINTY = "certainty moved from low to very low"
POOLED = {"estimate": "0.41", "interval": "(0.2 to 0.6)", "certainty": "low", "studies": ["Lee 2020", "Wu 2019"]}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (
            {"estimate": "0.52", "interval": "(0.3 to 0.7)", "studies": ["Lee 2020", "Okafor 2031", "Wu 2019"]},
            f"pooled SMD moved from {WAS} to 0.52 (0.3 to 0.7) because Okafor 2031 now counts; certainty unchanged",
        ),
        (
            {"estimate": "0.5", "studies": ["Lee 2020"], "certainty": "very low"},
            f"pooled SMD moved from {WAS} to 0.5 (0.2 to 0.6) because Wu 2019 no longer counts; {CERTAINTY}",
        ),
        ({"certainty": "moderate"}, "pooled SMD is 0.41 (0.2 to 0.6) as before; certainty moved from low to moderate"),
    ],
)
def test_a_pooled_estimate_that_a_page_gives_by_name(now, words):
    old, new = said(facts={"pooled SMD": POOLED}), said(facts={"pooled SMD": {**POOLED, **now}})
    assert moved(old, new) == [("number", words)]


ANSWER = ("outcome, intervention", "compared with", "estimate", "timepoint", "certainty")


MOVED = (
    "estimate of Pain, Calf raises, vs rest, 1 month moved from MD 1 (0 to 2) to MD 3 (2 to 4) "
    "(pooled from 3 studies, was pooled from 2 studies); certainty unchanged"
)


def answered(estimate, source, certainty):
    head = f"Pain{SMALL.format('Calf raises')}"
    return said(table("Best estimate", ANSWER, [[head, "rest", estimate + SMALL.format(source), "1 month", certainty]]))


def test_an_estimate_of_the_answer_says_what_its_certainty_did():
    old = answered("MD 1 (0 to 2)", "pooled from 2 studies", "low (by rule)")
    new = answered("MD 3 (2 to 4)", "pooled from 3 studies", "low (by rule)")
    assert moved(old, new) == [
        (
            "number",
            MOVED,
        )
    ]
    better = answered("MD 1 (0 to 2)", "pooled from 2 studies", "moderate (by rule)")
    assert moved(old, better) == [
        ("row", "certainty of Pain, Calf raises, vs rest, 1 month: low -> moderate"),
    ]


def test_moved_words_of_long_texts_end():
    long = " ".join(f"word{n}" for n in range(5000))
    assert moved_words(long, long.replace("word2500", "another"), 1, 1) == "… word2499 word2500 -> another word2501 …"
