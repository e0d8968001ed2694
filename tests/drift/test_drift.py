"""Drift of the project's own pages: what one changed number, study or word is told to have done, and why."""

import re
import shutil
from pathlib import Path

import pytest

import kb
from kb.drift import Accepted, drift, facts_of, to_text
from kb.drift.evidence import Index, index, moved
from kb.drift.facts import Facts
from kb.notebook.html import paragraph, table
from kb.store import load as load_evidence
from kb.store import save_bibliography, save_post, save_study
from tests.conftest import EVIDENCE
from tests.drift.pages import notebook, run_template, said

PAGES = (
    ("condition", "lateral-epicondylitis"),
    ("intervention", "corticosteroid-injection"),
    ("intervention", "shockwave"),
)


def build(evidence):
    pages = {f"{noun}/{name}": facts_of(run_template(noun, evidence, {noun: name})) for noun, name in PAGES}
    return Accepted(pages, index(kb.open(evidence)))


def replace(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_one_planted_number(small):
    before = build(small)
    assert not drift(before, build(small))
    replace(small / "studies" / "zhang2024.yaml", "estimate: 8.64", "estimate: 9.64")
    found = drift(before, build(small))
    assert found.headline() == "Drift on 3 of 3 pages: 3 changed."
    told = "Finding f03 of Zhang et al. 2024: MD {} (4.7 to 12.58) PRTEE points (0-100)"
    moved = f"{told.format(8.64)} -> {told.format(9.64).partition(': ')[2]}."
    assert found.reasons() == ["1 study changed: Zhang et al. 2024 (finding f03).", moved]
    assert (
        "3 pages: effect of Zhang et al. 2024, Patient-Rated Tennis Elbow Evaluation, 1 month: MD 8.64 -> 9.64 "
        "because finding f03 of Zhang et al. 2024 changed"
    ) in map(str, found.groups)
    assert "8.64 -> 9.64" in to_text(found)


def test_a_removed_study(small):
    before = build(small)
    corpus = load_evidence(small)
    (small / "studies" / "zhang2024.yaml").unlink()
    post = corpus.posts["running-injuries-page"]
    claim = post.claims[0]
    others = tuple(each for each in claim.evidence if each.study != "zhang2024")
    save_post(small, post.model_copy(update={"claims": (claim.model_copy(update={"evidence": others}),)}))
    save_bibliography(small, [r for key, r in corpus.references.items() if key != "zhang2024"])
    found = drift(before, build(small))
    assert "1 study removed: Zhang et al. 2024." in found.reasons()
    gone = [str(group) for group in found.groups if "gone row" in group.words and "MD 8.64" in group.words]
    assert gone
    assert all("because Zhang et al. 2024 was removed" in words for words in gone)


ANSWER = {"condition": "achilles-tendinopathy", "intervention": "shockwave", "outcome": "function"}
TRIALS = ("rompe2007", "rompe2008")


def pooled(evidence):
    """What the page of a pool says."""
    page = facts_of(run_template("comparison", evidence, ANSWER))
    return Accepted({"comparison/pool": page}, index(kb.open(evidence)))


def with_trials(evidence, *added):
    """The trials that the pool is made of, and others like the last of them."""
    corpus, here = load_evidence(EVIDENCE), load_evidence(evidence)
    studies = [corpus.studies[key] for key in TRIALS]
    references = [corpus.references[key] for key in TRIALS]
    own = {"pmid": None, "pmcid": None, "doi": None, "author": ("Newman, Ann",)}
    studies += [studies[-1].model_copy(update={"key": key}) for key in added]
    references += [references[-1].model_copy(update={"key": key, "year": int(key[-4:]), **own}) for key in added]
    for study in studies:
        save_study(evidence, study)
    save_bibliography(evidence, [*here.references.values(), *references])
    return evidence


def test_a_planted_number_in_a_pool_is_told_with_its_certainty(small):
    before = pooled(with_trials(small))
    path = small / "studies" / "rompe2008.yaml"
    for old, new in (("estimate: 16.0", "estimate: 17.0"), ("low: 9.78", "low: 10.78"), ("high: 22.22", "high: 23.22")):
        replace(path, old, new)
    replace(path, "value: 79.4", "value: 80.4")
    words = [str(group) for group in drift(before, pooled(small)).groups if group.kind == "number"]
    assert words
    assert re.search(r"MD, medium term .* moved from 5\.743 \(.* to .*\) to .* \(.*\)", words[0])
    assert "; certainty unchanged" in words[0]
    assert "Rompe et al. 2008" in words[0]


def test_an_added_study_is_named_as_what_moved_the_pool(small, tmp_path):
    more = Path(shutil.copytree(small, tmp_path / "more"))
    before, now = pooled(with_trials(small)), pooled(with_trials(more, "newman2009"))
    words = [str(group) for group in drift(before, now).groups if group.kind == "number"]
    assert re.search(r"moved from 5\.743 .* because Newman 2009 was added; certainty ", "\n".join(words))


def page(*parts, title="# A page", facts=None):
    return facts_of(notebook(said(*parts, facts=facts), heading=title))


def accepted(evidence=None, **pages):
    return Accepted({f"post/{name}": facts for name, facts in pages.items()}, evidence or Index())


def test_accepted_is_no_drift():
    found = drift(accepted(a=page(paragraph("one"))), accepted(a=page(paragraph("one"))))
    assert not found
    assert found.headline() == "No drift: 1 page says what was accepted."


def test_new_and_vanished_pages():
    found = drift(accepted(a=page(), b=page()), accepted(b=page(), c=page()))
    assert found.headline() == "Drift on 2 of 3 pages: 1 new, 1 vanished; figure data unchanged."
    assert [(each.page, str(each)) for each in found.pages] == [("post/a", "vanished page"), ("post/c", "new page")]
    assert "1 vanished page: post/a" in to_text(found)


def test_where_nothing_was_accepted_nothing_moved():
    found = drift(None, accepted(a=page()))
    assert not found
    told = "No facts were accepted yet, so nothing can be compared: kb build --accept takes those of 1 page."
    assert found.headline() == told


def test_a_page_that_failed_is_not_compared():
    """Neither as it was last built nor as one that vanished."""
    old = accepted(a=page(paragraph("one")), b=page(), c=page())
    found = drift(old, accepted(a=page(paragraph("two")), c=page()), failed=["post/a", "post/b"])
    assert found
    assert (found.pages, found.failed, found.total) == ((), ("post/a", "post/b"), 1)
    told = "No drift: 1 page says what was accepted. Not compared, because they failed: post/a, post/b."
    assert found.headline() == told
    assert to_text(found) == f"{told}\n"


def test_wording_only():
    old, new = accepted(a=page(paragraph("Pain fell here."))), accepted(a=page(paragraph("Pain dropped here.")))
    found = drift(old, new)
    assert found.headline() == "Drift on 1 of 1 pages: 1 changed (wording only: no fact moved)."
    assert str(found.pages[0]) == "wording only"
    assert found.reasons() == ["The evidence did not change: the program, its templates or its libraries did."]
    assert "wording only: post/a: Pain fell -> dropped here." in to_text(found)


def test_the_same_change_on_many_pages_is_told_once():
    def pages(number):
        rows = [["Lee 2020", "Pain", f"MD {number}"]]
        return accepted(**{n: page(paragraph(n), table("T", ("study", "outcome", "effect"), rows)) for n in "abcde"})

    found = drift(pages(1), pages(2))
    assert [str(group) for group in found.groups] == ["5 pages: effect of Lee 2020, Pain: MD 1 -> 2"]
    assert str(found.pages[0]) == "1 change in tables; figure data unchanged"


LEE, WU = {"lee2020": "a", "wu2019": "b"}, {"lee2020": "Lee 2020", "wu2019": "Wu 2019"}


def studies_with(**findings):
    return Index(LEE, {f"{key}.f01": digest for key, digest in findings.items()}, {}, WU)


def test_a_cause_is_named_only_where_the_evidence_tells():
    """Wu changed, but nothing of Wu moved on the page: it is no cause."""

    def row(number):
        return page(table("T", ("study", "effect"), [["Lee 2020", f"MD {number}"], ["Wu 2019", "MD 5"]]))

    old, new = studies_with(lee2020="1", wu2019="1"), studies_with(lee2020="1", wu2019="2")
    found = drift(accepted(old, a=row(1)), accepted(new, a=row(2)))
    assert [group.words for group in found.groups] == ["effect of Lee 2020: MD 1 -> 2"]
    assert found.reasons() == ["1 study changed: Wu 2019 (finding f01)."]


def test_an_added_study_is_the_cause_of_its_rows_and_stands_before_the_counts():
    old = Index({"wu2019": "b"}, {}, {}, WU)
    row = ["Lee 2020", "MD 1"]
    before = page(paragraph("1 study."), table("T", ("study", "effect"), [["Wu 2019", "MD 5"]]))
    now = page(paragraph("2 studies."), table("T", ("study", "effect"), [["Wu 2019", "MD 5"], row]))
    found = drift(accepted(old, a=before), accepted(Index(LEE, {}, {}, WU), a=now))
    assert [group.words for group in found.groups] == [
        "new row of 'T': Lee 2020 · MD 1 because Lee 2020 was added",
        "1 study. -> 2 studies. after Lee 2020 was added",
    ]


def test_a_retraction_is_named_as_the_cause():
    row = ["Lee 2020", "MD 1"]
    before, now = Index(LEE, {}, {}, WU), Index(LEE, {}, {}, WU, {"lee2020": "RETRACTED (2031-03)"})
    assert Index.read(now.write()) == now
    old = page(table("T", ("study", "effect"), [["Wu 2019", "MD 5"], row]))
    new = page(table("T", ("study", "effect"), [["Wu 2019", "MD 5"]]))
    found = drift(accepted(before, a=old), accepted(now, a=new))
    assert [group.words for group in found.groups] == [
        "gone row of 'T': Lee 2020 · MD 1 because Lee 2020 is now marked RETRACTED (2031-03)"
    ]
    assert found.reasons() == ["1 study changed: Lee 2020 (now marked RETRACTED (2031-03))."]


def test_fields_that_are_new_in_the_model_are_no_change_of_the_evidence(base):
    assert not moved(index(base), index(base))


def test_the_index_is_kept(base):
    made = index(base)
    assert Index.read(made.write()) == made
    with pytest.raises(ValueError, match="strange"):
        Index.read("strange thing 1\n")


def test_empty_facts():
    assert not drift(accepted(a=Facts("", ())), accepted(a=Facts("", ())))


def test_a_study_that_only_left_a_pool_was_not_removed():
    def pool(*studies):
        found = {"estimate": "1", "interval": "(0 to 2)", "certainty": "low", "studies": list(studies)}
        return page(facts={"pooled MD": found})

    labels = {"lee2020": "Lee 2020"}
    before = accepted(Index({"lee2020": "a"}, labels=labels), p=pool("lee2020", "wu2019"))
    now = accepted(Index({"lee2020": "b"}, labels=labels), p=pool("wu2019"))
    why = "because Lee 2020 no longer counts (the record of Lee 2020 changed)"
    assert [str(group) for group in drift(before, now).groups] == [
        f"post/p: pooled MD is 1 (0 to 2) as before {why}; certainty unchanged"
    ]
