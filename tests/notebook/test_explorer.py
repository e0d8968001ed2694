"""What a view of the explorer holds: choices, answers, table, copies, graph, posts, news, reports."""

import json
import re
import subprocess
import time
from typing import Any

import pytest

import kb
from kb.answers.rows import answer_rows
from kb.model import CertaintyLevel, InterventionKind, Relation
from kb.notebook import answers as page_answers
from kb.notebook.explorer import View, options, select, view_of
from kb.notebook.explorer import saving as saves
from kb.notebook.explorer.answered import answered, forests
from kb.notebook.explorer.kept import kept
from kb.notebook.explorer.neighbours import KINDS, neighbours
from kb.notebook.explorer.report import ReportPage
from kb.notebook.explorer.select import below, years
from kb.notebook.explorer.session import Session
from kb.notebook.explorer.start import FRONT_ENDS, start
from kb.notebook.explorer.suggest import suggest
from kb.notebook.explorer.tabled import copied, table_data, view_table
from kb.notebook.explorer.view import TERMS, file_name, words
from kb.notebook.html import Block, plain
from kb.problems import KbError, UnknownIdError
from kb.pubmed.notices import Kind, Notice

ELBOW = View(condition="lateral-epicondylitis")
VIEWS = (
    View(),
    ELBOW,
    View(condition="lateral-epicondylitis", intervention="shockwave", outcome="pain"),
    View(condition="tendinopathy", design="randomized-controlled-trial", years_from=2010),
    View(intervention="shockwave", certainty="low"),
    View(study="zhang2024"),
    View(post="running-injuries-page"),
    View(condition="athletic-pubalgia", outcome="pain"),
)


# --- what is chosen --------------------------------------------------------------------------------------------------


def test_a_view_understands_labels_synonyms_and_the_empty_values_of_a_notebook(base):
    given = {"condition": "Tennis elbow", "outcome": "", "design": "Randomized controlled trial", "years_from": 0}
    assert view_of(base, given) == View(condition="lateral-epicondylitis", design="randomized-controlled-trial")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"condition": "tenis elbow"}, "did you mean 'lateral-epicondylitis'"),
        ({"conditon": "x"}, "did you mean 'condition'"),
        ({"design": "cohort study"}, "no design"),
        ({"certainty": "lo"}, "did you mean 'low'"),
        ({"years_from": "last year"}, "takes a year"),
        ({"years_from": 2020, "years_to": 2010}, "the first is after the last"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(base, given, said):
    with pytest.raises(KbError, match=said):
        view_of(base, given)


def test_every_view_has_its_own_readable_file_name():
    views = [
        View(),
        View(condition="running"),
        View(intervention="running"),
        View(years_from=2015),
        View(years_to=2015),
        *(View(condition="a" * 150, outcome=name) for name in ("x", "y")),
    ]
    made = [file_name(view) for view in views]
    assert len(set(made)) == len(made)
    assert made[1] == "report--condition-running.ipynb"
    assert all(len(name) < 200 and name.replace("-", "").replace(".", "").isalnum() for name in made)


@pytest.mark.parametrize("noun", TERMS)
def test_a_term_holds_what_bears_on_it(base, noun):
    for term in base.corpus.vocabulary(f"{noun}s"):
        found, wanted = select(base, View(**{noun: term})), base.bearing_on(**{noun: term})
        assert set(found.findings) == set(wanted.findings), term
        assert set(found.studies) == set(wanted.studies), term
        assert set(found.claims) == set(wanted.claims), term
        assert set(found.posts) == set(wanted.posts), term


def test_terms_together_hold_what_bears_on_all_of_them(base):
    asked: dict[str, Any] = {"condition": "tendinopathy", "intervention": "shockwave", "outcome": "pain"}
    found, wanted = select(base, View(**asked)), base.bearing_on(**asked)
    assert (set(found.findings), set(found.studies)) == (set(wanted.findings), set(wanted.studies))


def test_design_years_and_study_cut_further(base):
    found = select(base, View(condition="tendinopathy", design="randomized-controlled-trial", years_from=2010))
    assert found.studies
    for key in found.studies:
        assert base.corpus.studies[key].design == "randomized-controlled-trial"
        assert base.corpus.references[key].year >= 2010
    assert select(base, View(study="zhang2024")).studies == ("zhang2024",)


def test_a_certainty_holds_the_findings_behind_such_estimates(base):
    for level in CertaintyLevel:
        view = View(condition="lateral-epicondylitis", certainty=level.value)
        found = select(base, view)
        rows = answered(base, found).rows
        assert all(row.result.certainty.level is level for row in rows)
        behind = {f"{study}.{finding}" for row in rows for study, finding in row.result.findings}
        assert behind <= set(found.findings)
    assert {f for view in ("low", "very-low", "not-rated") for f in select(base, View(certainty=view)).findings}


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_every_value_that_is_offered_gives_as_many_studies_as_it_says(base, view):
    for name, offered in options(base, view).items():
        for option in offered:
            here = select(base, View(**{**view.as_dict(), name: option.value}))
            assert len(here.studies) == option.studies, (name, option)
            assert option.studies or option.value == getattr(view, name)


def test_what_is_not_offered_gives_nothing(base):
    offered = {option.value for option in options(base, ELBOW, ["intervention"])["intervention"]}
    for term in base.corpus.interventions.values():
        if term.id not in offered and term.kind is not InterventionKind.CONTROL:
            assert not select(base, View(condition=ELBOW.condition, intervention=term.id)).studies


def test_years_are_those_of_the_view_whatever_years_are_chosen(base):
    assert years(base, View(condition=ELBOW.condition, years_from=2020)) == years(base, ELBOW)
    assert sum(years(base, ELBOW).values()) == len(select(base, ELBOW).studies)


def test_a_retracted_study_is_named_and_left_out_of_everything(small):
    plainly = kb.open(small)
    base = kb.open(small)
    base.__dict__["notices"] = {"zhang2024": (Notice(Kind.RETRACTED, "2030-01-01", source="invented"),)}
    assert "zhang2024" in base.retracted
    assert "zhang2024" in select(plainly, View()).studies
    found = select(base, View())
    assert found.gone == ("zhang2024",)
    assert "zhang2024" not in found.studies
    page = Session(base).page()
    assert not [row for row in page["table"]["rows"] if row["key"] == "zhang2024"]
    assert any("retracted" in note for note in page["table"]["notes"])
    assert page["news"]["notices"][0]["study"]["key"] == "zhang2024"
    assert "RETRACTED" in page["news"]["notices"][0]["study"]["label"]
    assert not [row for row in answered(base, found).rows if "zhang2024" in row.result.studies]
    assert not suggest(base, "zhang")[0].label.startswith("Zhang et al. 2024:")


# --- the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", ["lateral-epicondylitis", "tendinopathy"])
def test_the_answers_of_a_condition_are_those_of_its_page(base, condition):
    wanted = page_answers.rows_of(base, conditions=below(base, "condition", condition))
    assert [r.result for r in answered(base, select(base, View(condition=condition))).rows] == [
        r.result for r in wanted
    ]


@pytest.mark.parametrize(
    "asked",
    [
        ("lateral-epicondylitis", "shockwave", "pain"),
        ("achilles-tendinopathy", "shockwave", "function"),
        ("running-related-injury", "ten-percent-rule", "running-injury-incidence"),
    ],
)
def test_the_answer_of_a_question_is_that_of_kb_synthesize(base, asked):
    question = dict(zip(TERMS, asked, strict=False))
    found = answered(base, select(base, View(**question)))
    whole = base.answer(**question)
    rows = answer_rows(kept(base), [whole.question])
    assert [row.result for row in found.rows] == [row.result for row in rows]
    assert {row.result.numbers for row in found.rows} == {lead.numbers for lead in whole.leads}


def test_a_pool_is_made_again_from_the_studies_of_the_view(base):
    known = kept(base)
    question, pooled = next(
        (q, r) for q in known.every for r in known.answer(q).results if r.kind == "pool" and len(r.studies) >= 2
    )
    years_of = {key: base.corpus.references[key].year for key in pooled.studies}
    assert len(set(years_of.values())) > 1, "no pool of studies of different years"
    since = max(years_of.values())
    view = View(
        condition=question.condition, intervention=question.intervention, outcome=question.outcome, years_from=since
    )
    inside = set(select(base, view).findings)
    results = [row.result for row in answered(base, select(base, view)).rows]
    assert results
    for result in results:
        assert {f"{study}.{finding}" for study, finding in result.findings} <= inside
        assert result.estimate != pooled.estimate or result.findings != pooled.findings


def test_headlines_say_who_judged_the_certainty(base):
    session = Session(base, ELBOW)
    told = session.answer()
    assert told["headlines"]
    for one in told["headlines"]:
        assert "certainty" in one["certainty"].casefold()
        assert one["level"] == "not-rated" or re.search(r"\(.*by .*\)", one["certainty"])
        assert one["studies"][0]["label"]
    assert any("by rule, not reviewed" in one["certainty"] for one in told["headlines"])


def test_figures_are_drawn_with_their_words_and_without_a_number_directions_are(base):
    session = Session(base, ELBOW)
    told = session.answer()
    drawn = told["forests"] + session.reply({"ask": "forests", "from": len(told["forests"]), "number": 3})["forests"]
    assert len(drawn) == len({one["words"] for one in drawn}) == 5
    assert all(one["svg"].startswith("<svg") and one["words"] for one in drawn)
    assert told["forests_in_all"] == len(list(forests(base, answered(base, session.selection))))
    bare = Session(
        base,
        View(condition="running-related-injury", intervention="ten-percent-rule", outcome="running-injury-incidence"),
    ).answer()
    assert not bare["headlines"]
    assert bare["harvest"] is None or bare["harvest"]["words"]


def test_what_is_not_worked_out_yet_is_said_and_follows(small):
    session = Session(kb.open(small))
    assert session.open_questions()
    assert session.pending() == {"view": {}, "pending": True, "certainty": None}
    while not session.work(0.01):
        pass
    assert session.finished
    assert session.answer()["certainty"]


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_rows_on_the_screen_are_those_that_are_copied(base, view):
    found = select(base, view)
    shown, table = table_data(base, found), view_table(base, found)
    names = [column["name"] for column in shown["columns"]]
    assert [row["cells"] for row in shown["rows"]] == [[row[name] for name in names] for row in table.rows]
    assert {row["key"] for row in shown["rows"]} == set(found.studies)
    assert words(base.corpus, view).casefold() in f"evidence: {table.title.casefold()}" or not view.as_dict()


def test_columns_sort_by_their_numbers_and_unknown_is_none(base):
    shown = table_data(base, select(base, ELBOW))
    names = [column["name"] for column in shown["columns"]]
    for row in shown["rows"]:
        cells = dict(zip(names, row["cells"], strict=True))
        order = dict(zip(names, row["sort"], strict=True))
        assert (order["outcome"] is None) == (cells["outcome"] == "unknown")
        assert order["timepoint"] is None or isinstance(order["timepoint"], float | int)
        assert cells["effect"] == "unknown" or isinstance(order["effect"], float | int | None)


def test_copies_hold_the_rows_asked_for_in_their_order_with_their_references_only(base):
    table = view_table(base, select(base, ELBOW))
    last = len(table.body) - 1
    text = copied(table, "markdown", [last, 0])["text/plain"]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) == 3
    assert table.body[last][0].text.split(" ")[0] in rows[1]
    assert f"2 of {len(table.body)} rows" in text
    keys = {table.sources[int(table.body[i][0].marks[0]) - 1].key for i in (last, 0)}
    assert len([line for line in text.splitlines() if line[:2] in {"1.", "2.", "3."}]) == len(keys)


def test_word_gets_rich_text_and_plain_text(base):
    table = view_table(base, select(base, ELBOW))
    data = copied(table, "word")
    assert data["text/html"].count("<tr>") == len(table.body) + 1
    assert "<script" not in data["text/html"]
    assert data["text/plain"].count("\n") > len(table.body)
    with pytest.raises(KbError, match="there are: markdown, html, word"):
        copied(table, "pdf")


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "noun", "identifier"),
    [
        ("tennis elb", "condition", "lateral-epicondylitis"),
        ("Runner’s knee", "condition", "patellofemoral-pain"),
        ("runners", "population", "runners"),
        ("zhang2024", "study", "zhang2024"),
        ("ESWT", "intervention", "shockwave"),
        ("tenis elbow", "condition", "lateral-epicondylitis"),
    ],
)
def test_any_name_is_suggested_first(base, typed, noun, identifier):
    first = suggest(base, typed)[0]
    assert (first.noun, first.id) == (noun, identifier)


def test_every_label_finds_its_term_and_every_post_itself(base):
    for noun in TERMS:
        for term in base.corpus.vocabulary(f"{noun}s").values():
            if getattr(term, "kind", None) is not InterventionKind.CONTROL:
                assert (noun, term.id) in {(s.noun, s.id) for s in suggest(base, term.label)[:4]}, term.id
    for slug, post in base.corpus.posts.items():
        assert ("post", slug) in {(s.noun, s.id) for s in suggest(base, post.title)}


def test_nothing_is_suggested_for_nothing_or_nonsense(base):
    assert suggest(base, "  ") == []
    assert suggest(base, "qqqqzzzz") == []


def test_choosing_what_does_not_fit_the_rest_clears_the_rest_and_says_so(base):
    session = Session(base, View(condition="athletic-pubalgia"))
    said, view = session.added("study", "zhang2024")
    assert view == View(study="zhang2024")
    assert "they were cleared" in said
    assert Session(base, ELBOW).added("intervention", "shockwave") == (
        "",
        View(condition="lateral-epicondylitis", intervention="shockwave"),
    )
    said, view = session.added("condition", "no such thing")
    assert view is None
    assert "no condition" in said


# --- graph, posts, news, disagreement --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "identifier"),
    [
        ("condition", "lateral-epicondylitis"),
        ("intervention", "shockwave"),
        ("outcome", "pain"),
        ("population", "runners"),
        ("study", "zhang2024"),
        ("post", "running-injuries-page"),
        ("claim", "running-injuries-page.c01"),
    ],
)
def test_every_neighbour_can_be_gone_to_and_leads_back(base, noun, identifier):
    around = neighbours(base, noun, identifier)
    assert around["groups"]
    for group in around["groups"]:
        for node in group["nodes"][:3]:
            assert node["noun"] == group["kind"] in KINDS
            assert node["label"]
            assert neighbours(base, node["noun"], node["id"])["centre"]["id"] == node["id"]
    if noun == "study":
        post = next(group["nodes"][0]["id"] for group in around["groups"] if group["kind"] == "post")
        back = neighbours(base, "post", post)
        assert identifier in {n["id"] for group in back["groups"] for n in group["nodes"]}


def test_a_wrong_question_gets_words_and_no_error(base):
    session = Session(base)
    assert "nothing is known" in session.reply({"ask": "graph", "noun": "dragon", "thing": "x"})["error"]
    assert (
        "did you mean"
        in session.reply({"ask": "graph", "noun": "condition", "thing": "lateral-epicondilitis"})["error"]
    )
    assert "nothing is known of 'fly'" in session.reply({"ask": "fly"})["error"]
    assert "error" in session.reply({"ask": "copy"})


def test_claims_come_with_verdict_and_who_says_so(base):
    session = Session(base, ELBOW)
    told = session.page()["posts"]
    assert "not yet reviewed" in told["words"]
    wanted = set(base.bearing_on(condition="lateral-epicondylitis").claims)
    assert {claim["id"] for claim in told["claims"]} == wanted
    for claim in told["claims"]:
        row = base.claims.loc[claim["id"]]
        assert (claim["statement"], claim["reason"]) == (row["statement"], row["reason"])
        assert "not reviewed" in claim["who"].replace("not yet", "not")


def test_what_disagrees_names_judgements_and_rules_apart(base):
    session = Session(base, View(intervention="shockwave"))
    found = session.answer()["disagrees"]
    claims = {base.claims.loc[i]["statement"]: i for i in session.selection.claims}
    for kind, judged in (("judged", True), ("ruled", False)):
        for claim in found[kind]:
            against = base.contradicting(claims[claim["statement"]])
            assert [s["key"] for s in claim["studies"]] == [c.study for c in against if c.judged is judged]
    assert found["dissent"]
    assert any(
        e.relation is Relation.CONTRADICTS
        for i in session.selection.claims
        for slug, _, number in [i.rpartition(".")]
        for c in base.corpus.posts[slug].claims
        if c.id == number
        for e in c.evidence
    ) == bool(found["judged"])


def test_news_are_the_newest_studies_and_honest_about_what_nobody_looked_up(base):
    found = Session(base, ELBOW).page()["news"]
    newest = [one["year"] for one in found["newest"]]
    assert newest == sorted(newest, reverse=True)
    assert newest[0] == max(base.corpus.references[k].year for k in select(base, ELBOW).studies)
    assert "would not be known here" in found["known"] or "All of these" in found["known"]


# --- a session, a report, the start ----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_what_is_shown_is_plain_data_without_machine_paths(base, view):
    session = Session(base, view)
    text = json.dumps([session.page(), session.answer()])
    assert str(base.root.parent) not in text
    assert session.page()["view"] == view.as_dict()


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_report_tells_what_the_explorer_tells(base, view):
    page, session = ReportPage(base, view), Session(base, view)
    told = session.answer()
    text = plain(page.answer().html)
    for one in told["headlines"]:
        assert " ".join(one["words"].split()) in text
        assert one["certainty"] in text
    rows = page.table().html
    assert rows.count("<tr") - rows.count("<thead") == len(session.page()["table"]["rows"])
    assert words(base.corpus, view) in page.title().text
    for claim in session.page()["posts"]["claims"]:
        assert " ".join(claim["statement"].split()) in plain(page.claims().html)
    for block in (page.summary(), page.patient(), page.figure_forest(), page.disagreement(), page.news()):
        assert isinstance(block, Block)
        assert block.words
        assert "<script" not in block.html


def test_the_report_is_saved_for_exactly_this_view_beside_other_runs(base, tmp_path, monkeypatch):
    monkeypatch.setenv("KB_BUILD", str(tmp_path / "b"))
    view = View(condition="lateral-epicondylitis", years_from=2020)
    seen = {}

    class Done:
        returncode, stdout, stderr = 0, "", ""

    def run(command, **_):
        seen["command"] = command
        target = saves.folder_of(base) / file_name(view)
        target.parent.mkdir(parents=True)
        target.write_text("{}")
        return Done

    monkeypatch.setattr(subprocess, "run", run)
    done = saves.save(base, view)
    assert done.path == tmp_path / "b" / "runs" / "report--condition-lateral-epicondylitis--years-from-2020.ipynb"
    assert done.data()["notebook"] == "{}"
    command = seen["command"]
    assert [command[i + 1 : i + 3] for i, word in enumerate(command) if word == "-p"] == [
        ["condition", "lateral-epicondylitis"],
        ["years_from", "2020"],
    ]


def test_a_report_that_fails_says_why_in_words(base, tmp_path, monkeypatch):
    monkeypatch.setenv("KB_BUILD", str(tmp_path))

    class Done:
        returncode, stdout, stderr = 2, "", "kb: no condition 'x'\n"

    monkeypatch.setattr(subprocess, "run", lambda *_, **__: Done)
    assert saves.save(base, ELBOW).data() == {"error": "no condition 'x'"}


def test_start_without_a_front_end_says_where_to_read(base, monkeypatch):
    for name in FRONT_ENDS:
        monkeypatch.delenv(name, raising=False)
    made = start(base)
    assert isinstance(made, Block)
    assert 'href="overview.html"' in made.html


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_start_before_a_person_is_the_explorer(small, monkeypatch, name):
    for other in FRONT_ENDS:
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "1")
    explorer = start(kb.open(small))
    assert explorer.page["studies"] == 3
    assert explorer.answer["pending"] is False


def test_a_programmer_reads_and_sets_the_view(small):
    from kb.notebook.explorer.widget import Explorer

    explorer = Explorer(kb.open(small))
    explorer.view = {"study": "zhang2024", "years_from": ""}
    assert explorer.view == {"study": "zhang2024"}
    assert explorer.page["view"] == explorer.answer["view"] == {"study": "zhang2024"}
    with pytest.raises(UnknownIdError, match="zhang2024"):
        explorer.view = {"study": "zhang2023x"}
    assert explorer.view == {"study": "zhang2024"}


def test_how_long_choices_take(base, capsys):
    """Told, not judged: the machine may be busy."""
    while not Session(base).work(1):
        pass
    took = []
    for noun in ("condition", "intervention", "outcome"):
        for option in options(base, View(), [noun])[noun]:
            session = Session(base, view_of(base, {noun: option.value}))
            began = time.perf_counter()
            session.page()
            session.answer()
            took.append((time.perf_counter() - began, option.value))
    took.sort(reverse=True)
    with capsys.disabled():
        mean = sum(seconds for seconds, _ in took) / len(took)
        print(  # noqa: T201 - told to the person who runs it
            f"\n{len(took)} choices: mean {mean * 1000:.0f} ms, slowest {took[0][0] * 1000:.0f} ms ({took[0][1]})"
        )
    assert all(seconds > 0 for seconds, _ in took)
