"""What the evidence says is told from which words to which, and a new name of a term once."""

import shutil
from dataclasses import replace
from pathlib import Path

import kb
from kb.drift import drift, to_markdown
from kb.drift.accepted import Accepted
from kb.drift.evidence import Index, index
from kb.drift.facts import Facts, Figure, Part, Table
from kb.drift.renamed import renamed
from kb.drift.told import moved_told, told
from kb.notebook.html import paragraph
from tests.drift.test_drift import accepted, page


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))


def test_each_planted_change_is_told_once_in_words(small, tmp_path):
    before = index(kb.open(small))
    root = Path(shutil.copytree(small, tmp_path / "planted"))
    changed(root / "studies/zhang2024.yaml", "ci_high: 12.58", "ci_high: 13.5")
    changed(root / "studies/zhang2024.yaml", "n_studies: 6", "n_studies: 7")
    changed(root / "vocabulary/outcomes.yaml", "label: Grip strength", "label: Strength of grip")
    (root / "certainty.yaml").write_text(
        "- {condition: lateral-epicondylitis, intervention: shockwave, outcome: prtee, level: moderate, by: A. Reader,"
        ' "on": 2031-02-03, reason: The trials agree.}\n'
    )
    reasons = drift(Accepted({}, before), Accepted({}, index(kb.open(root)))).reasons()
    assert reasons[:1] == ["1 study changed: Zhang et al. 2024 (finding f03)."]
    effect = "MD 8.64 (4.7 to {}) PRTEE points (0-100)"
    question = "(prtee, shockwave, lateral-epicondylitis)"
    assert reasons[1:-1] == [
        f"Finding f03 of Zhang et al. 2024: {effect.format(12.58)} -> {effect.format(13.5)}.",
        "Size of Zhang et al. 2024: 6 studies -> 7 studies.",
        f"Certainty judged by a person {question}: nobody -> moderate by A. Reader on 2031-02-03.",
        "'Grip strength' is now called 'Strength of grip'.",
    ]


def test_a_verdict_that_turned_is_told(base):
    before = told(base.corpus)
    name = next(name for name in before if name.startswith("verdict "))
    slug, claim = name.split(" ")[1:]
    (line,) = moved_told(before, {**before, name: "turned"}, {})
    assert line == f"verdict on claim {claim} of {slug}: {before[name]} -> turned"


def test_the_index_comes_back_as_it_was_written(base):
    made = index(base)
    assert Index.read(made.write()) == made
    assert any("; " in words or ": " in words for words in made.told.values())


def test_facts_that_were_accepted_before_words_were_kept_say_nothing_wrong(base):
    now = index(base)
    found = drift(Accepted({}, replace(now, told={})), Accepted({}, now))
    assert found.evidence.told == ()
    assert found.evidence.renamed == {}


def calls(name: str) -> Facts:
    small = f"{name[:1].lower()}{name[1:]}"
    table = Table("T", ("outcome", "n"), ((name, "2"), (f"{name}; change in grip strength", "3")))
    part = Part("S", "c", {f"estimate of {name}": 1.5}, (f"Two studies measured {small}.",), (table,), ())
    return Facts("T", (part,))


def test_a_new_name_is_one_line_and_no_fact_moved():
    before = Index(told={"term outcomes grip": "Grip strength"})
    now = Index(told={"term outcomes grip": "Strength of grip"})
    found = drift(
        Accepted({"a": calls("Grip strength"), "b": calls("Grip strength")}, before),
        Accepted({"a": calls("Strength of grip"), "b": calls("Strength of grip")}, now),
    )
    assert found.only_wording
    assert [str(group) for group in found.groups] == ["2 pages: 'Grip strength' is now called 'Strength of grip'"]


def test_what_else_moved_beside_a_new_name_is_told():
    old, new = calls("Grip strength"), calls("Strength of grip")
    part = new.parts[0]
    moved_on = Facts("T", (replace(part, statements=("Three studies measured strength of grip.",)),))
    names = {"Grip strength": "Strength of grip"}
    swapped, used = renamed(old, moved_on, names)
    assert used == ("Grip strength",)
    assert swapped.parts[0].statements == old.parts[0].statements  # something else moved in it
    assert swapped.parts[0].tables == part.tables
    found = drift(
        Accepted({"a": old}, Index(told={"term outcomes grip": "Grip strength"})),
        Accepted({"a": moved_on}, Index(told={"term outcomes grip": "Strength of grip"})),
    )
    assert [group.kind for group in found.groups] == ["statement", "wording"]


def test_a_figure_whose_label_was_renamed_keeps_its_data_apart():
    old = Facts("T", (Part("S", "c", {}, (), (), (Figure("Grip strength: 1.5", "d1", "s1"),)),))
    new = Facts("T", (Part("S", "c", {}, (), (), (Figure("Strength of grip: 1.5", "d2", "s2"),)),))
    swapped, _ = renamed(old, new, {"Grip strength": "Strength of grip"})
    assert swapped.parts[0].figures == (Figure("Strength of grip: 1.5", "d1", "s1"),)


def test_the_comment_shows_the_first_changes_and_folds_the_others():
    def said(number: int) -> Accepted:
        return accepted(a=page(*(paragraph(f"Group{n} walked {number} miles far away.") for n in range(40))))

    made = to_markdown(drift(said(1), said(2)))
    shown, _, folded = made.partition("<details>")
    assert shown.count("- **") == 25
    assert folded.startswith("\n<summary>15 more changes</summary>")
    assert all(f"Group{n} walked" in made.replace("\\", "") for n in range(40))
