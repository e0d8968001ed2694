"""The picture of what was compared with what."""

from kb.figures import Compared, Treatment, comparisons_words, compute_comparisons, draw_comparisons

TREATMENTS = (Treatment("a", "Loading", 3), Treatment("b", "Sham <b>", 2, control=True), Treatment("c", "Rest", 1))


def made(*edges):
    return compute_comparisons("Elbow", TREATMENTS, edges)


def test_every_treatment_and_comparison_is_told_and_drawn():
    data = made(Compared("a", "b", 2), Compared("a", "c", 1))
    words = comparisons_words(data)
    assert "Loading (1) and Sham <b> (2), 2 studies" in words
    assert "Loading (1) and Rest (3), 1 study" in words
    svg = draw_comparisons(data)
    for text in ("1  Loading (3 studies)", "2  Sham &lt;b&gt; (2 studies, control)", "3  Rest (1 study)"):
        assert text in svg


def test_the_same_data_gives_the_same_bytes_whatever_the_order_of_the_comparisons():
    one = made(Compared("a", "b", 2), Compared("a", "c", 1))
    assert draw_comparisons(one) == draw_comparisons(made(Compared("a", "c", 1), Compared("a", "b", 2)))
    assert draw_comparisons(one) != draw_comparisons(made(Compared("a", "b", 2)))


def test_a_comparison_with_an_unknown_treatment_is_left_out():
    assert made(Compared("a", "x", 1)).compared == ()
    assert comparisons_words(made()) == "Elbow: no comparison of treatments."
