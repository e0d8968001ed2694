"""``kb add``: what is written for a new study, what is not added and why, and that a kill leaves nothing broken."""

import datetime as dt
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli.add import add as add_command
from kb.files import WriteError
from kb.model import Design, Reference
from kb.problems import EvidenceError
from kb.pubmed import snapshot
from kb.pubmed.add import add
from kb.pubmed.identify import identify
from kb.pubmed.lookup import look_up
from kb.pubmed.propose import DESIGNS, guess_design, propose
from kb.pubmed.server import write_record
from kb.store import bibtex, load, save_bibliography, save_study
from kb.store.insert import insert_references, read_back
from kb.validation import validate

DATA = Path(__file__).parent / "data" / "import"
TODAY = dt.date(2026, 1, 2)
ZHANG = (
    "Extracorporeal Shock Wave Therapy Versus Local Corticosteroid Injection for Chronic Lateral Epicondylitis: "
    "A Systematic Review with Meta-Analysis of Randomized Controlled Trials"
)
RECORDS = [
    {
        "pmid": "39198038",
        "title": f"{ZHANG}.",
        "authors": ("Zhang L", "Zhang X"),
        "journal": "Orthopaedic surgery",
        "iso": "Orthop Surg",
        "year": 2024,
        "volume": "16",
        "issue": "11",
        "pages": "2598-2607",
        "doi": "10.1111/os.14212",
        "pmc": "PMC11541121",
        "mesh": ("Humans", "Tennis Elbow"),
        "types": ("Journal Article", "Systematic Review", "Meta-Analysis"),
        "abstract": "An abstract that must never be kept.",
    },
    {
        "pmid": "100",
        "title": "Calf raises for Achilles tendinopathy versus usual care: a randomised trial.",
        "authors": ("Núñez-Ruiz J", "van den Berg CJ"),
        "journal": "Journal of examples",
        "iso": "J Ex",
        "year": 2023,
        "volume": "4",
        "pages": "123-9",
        "doi": "10.1000/EX.1",
        "pmc": "PMC77",
        "types": ("Journal Article", "Randomized Controlled Trial"),
    },
    {"pmid": "103", "title": "Rest for runners.", "authors": ("Núñez-Ruiz J",), "year": 2023, "doi": "10.1000/ex.3"},
    {
        "pmid": "110",
        "title": "A trial that was taken back.",
        "authors": ("Lee S",),
        "year": 2019,
        "types": ("Journal Article", "Retracted Publication"),
        "corrections": (("RetractionIn", "111"),),
    },
    {
        "pmid": "111",
        "title": "Retraction notice.",
        "year": 2020,
        "types": ("Retraction of Publication",),
        "corrections": (("RetractionOf", "110"),),
    },
    {
        "pmid": "120",
        "title": f"{ZHANG}.",
        "authors": ("Zhang L",),
        "journal": "medRxiv : the preprint server for health sciences",
        "year": 2023,
        "doi": "10.1101/2023.05.01.23289000",
        "types": ("Preprint",),
    },
    {
        "pmid": "121",
        "title": "Another name altogether.",
        "authors": ("Li Q",),
        "year": 2022,
        "types": ("Preprint",),
        "corrections": (("UpdateIn", "100"),),
    },
]


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("KB_CACHE", str(tmp_path_factory.mktemp("cache")))
    for name in ("KB_ENTREZ_URL", "KB_ENTREZ_OFFLINE", "KB_EVIDENCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path):
    """Records of this module, with a PII in one of them."""
    for record in RECORDS:
        path = write_record(tmp_path / "records", record)
    path = tmp_path / "records" / "100.xml"
    pii = '<ArticleId IdType="pii">S1466-853X(23)00123-4</ArticleId></ArticleIdList>'
    path.write_text(path.read_text(encoding="utf-8").replace("</ArticleIdList>", pii, 1), encoding="utf-8")
    return tmp_path / "records"


@pytest.fixture
def client(folder, serve, connect):
    return connect(serve(folder))


@pytest.fixture
def offline(connect):
    return connect("http://127.0.0.1:9/", offline=True)


@pytest.fixture
def without_zhang(small):
    """The small base without zhang2024."""
    references = load(small).references
    save_bibliography(small, [r for key, r in references.items() if key != "zhang2024"])
    (small / "studies" / "zhang2024.yaml").unlink()
    post = next((small / "posts").iterdir())
    text = post.read_text(encoding="utf-8").replace("study: zhang2024", "study: buist2008")
    post.write_text(text, encoding="utf-8")
    return small


def tree(root):
    """Every file that is not a draft."""
    paths = (p for p in root.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths}


def rules_of(root):
    return {problem.rule for problem in validate(root)[1]}


def whys(report):
    return [left.why for left in report.left]


# --- a new study -----------------------------------------------------------------------------------------------


def test_a_pmid_gives_an_entry_a_record_and_a_study_file(without_zhang, client):
    report = add(without_zhang, ["39198038"], client)
    assert report.status == 0
    (study,) = report.added
    assert (study.key, study.source, study.date) == ("zhang2024", "pubmed", dt.datetime.now(dt.UTC).date())
    references, _, _ = bibtex.read(without_zhang / bibtex.FILE)
    assert references["zhang2024"] == Reference(
        key="zhang2024",
        entry_type="article",
        title=ZHANG,
        author=("Zhang, L.", "Zhang, X."),
        journal="Orthopaedic surgery",
        shortjournal="Orthop Surg",
        year=2024,
        volume="16",
        number="11",
        pages="2598-2607",
        doi="10.1111/os.14212",
        pmid="39198038",
        pmcid="PMC11541121",
    )
    entry = snapshot.load(without_zhang)[0]["39198038"]
    assert (entry.source, len(entry.record.sha256)) == ("pubmed", 64)
    assert rules_of(without_zhang) == {"unused-study"}
    written = load_anyway(without_zhang).studies["zhang2024"]
    assert written.design is Design.META_ANALYSIS
    assert written.design_detail == "guessed from PubMed's publication types (Systematic Review, Meta-Analysis)"
    assert written.condition_ids == ("lateral-epicondylitis",)
    assert (written.n_participants, written.population, written.conclusion, written.findings) == (None, None, None, ())
    assert written.verification == "unverified"
    assert written.sources[0].url == "https://pubmed.ncbi.nlm.nih.gov/39198038/"


def test_to_check_says_in_order_what_a_clinician_must_fill_in(without_zhang, client):
    add(without_zhang, ["100"], client)
    todo = load_anyway(without_zhang).studies["nunezruiz2023"].to_check
    heads = [line.split(":")[0].split(" ")[0] for line in todo]
    assert heads == [
        "design",
        "n_participants",
        "population",
        "conditions",
        "interventions",
        "comparator",
        "findings",
        "conclusion",
        "sources",
    ]
    assert "'randomized controlled trial' is a guess" in todo[0]
    assert "achilles-tendinopathy (title 'Achilles tendinopathy')" in todo[3]
    assert "usual-care" in todo[5]  # a control condition is named, not entered


def load_anyway(root):
    corpus, _ = validate(root)
    assert corpus is not None
    return corpus


def test_everything_else_in_the_bibliography_stays_byte_for_byte(small, client):
    path = small / bibtex.FILE
    before = path.read_text(encoding="utf-8").replace("@article{lauersen2014", "% a comment\n@article{lauersen2014")
    path.write_text(before, encoding="utf-8")
    others = {name: data for name, data in tree(small).items() if name != bibtex.FILE}
    add(small, ["100", "103"], client)
    after = path.read_text(encoding="utf-8")
    old = before.split("\n")
    kept = iter(after.split("\n"))
    assert all(line in kept for line in old)  # every old line is there, in the old order
    assert "{nunezruiz2023," in after
    assert "{nunezruiz2023b," in after
    now = tree(small)
    assert all(now[name] == data for name, data in others.items())


def test_a_second_paper_of_an_author_and_year_gets_a_letter(small, client):
    assert [study.key for study in add(small, ["100", "103"], client).added] == ["nunezruiz2023", "nunezruiz2023b"]


def test_no_abstract_reaches_the_evidence(without_zhang, client):
    add(without_zhang, ["39198038", str(DATA / "pubmed.nbib")], client)
    assert not any(b"must never be kept" in data for data in tree(without_zhang).values())


@pytest.mark.parametrize(
    "given",
    [
        "PMC77",
        "doi:10.1000/ex.1",
        "https://doi.org/10.1000/EX.1",
        "S1466853X23001234",
        "https://www.sciencedirect.com/science/article/pii/S1466853X23001234",
        "https://europepmc.org/article/PMC/PMC77",
        "https://pubmed.ncbi.nlm.nih.gov/100/",
    ],
)
def test_other_identifiers_lead_to_the_same_study(small, client, given):
    report = add(small, [given], client)
    assert [(study.key, study.pmid) for study in report.added] == [("nunezruiz2023", "100")]


def test_many_ids_take_few_requests(folder, serve, connect):
    server = serve(folder)
    wanted = [identify(text) for text in ("10.1000/ex.1", "10.1000/ex.3", "10.1111/os.14212", "PMC77", "110", "120")]
    answers = look_up(connect(server), wanted)
    assert len(answers.found) == 6
    assert [row["call"] for row in server.log] == ["esearch", "elink", "efetch"]


# --- what is not added -----------------------------------------------------------------------------------------


def test_the_study_that_is_there_already_is_named_with_what_it_lacks(small, client):
    before = tree(small)
    report = add(small, ["39198038"], client)
    (left,) = report.left
    assert (left.why, left.key, report.status) == ("already-there", "zhang2024", 0)
    assert "zhang2024" in left.message
    assert "PMID 39198038" in left.advice
    assert "kb pubmed refresh zhang2024" in left.advice
    assert tree(small) == before


def test_the_same_title_author_and_year_is_there_already(small, client):
    references = load(small).references
    bare = references["zhang2024"].model_copy(update={"doi": None})
    save_bibliography(small, [*(r for k, r in references.items() if k != "zhang2024"), bare])
    (left,) = add(small, ["39198038"], client).left
    assert left.why == "already-there"
    assert "same title, first author and year 2024" in left.message


def test_a_known_id_is_said_without_asking_pubmed(small, offline):
    (left,) = add(small, ["10.1111/OS.14212"], offline).left
    assert (left.why, left.key) == ("already-there", "zhang2024")


def test_adding_twice_changes_nothing(small, client):
    add(small, ["100"], client)
    before = tree(small)
    assert whys(add(small, ["100", "PMC77", "10.1000/ex.1"], client)) == ["already-there"] * 3
    assert tree(small) == before


def test_one_paper_given_in_three_ways_is_added_once(small, client):
    report = add(small, ["100", "100", "PMC77"], client)
    assert len(report.added) == 1
    assert sorted(whys(report)) == ["already-there", "given-twice"]


@pytest.mark.parametrize("pmid", ["120", "121"])
def test_a_preprint_of_what_is_there_is_said_and_not_added(small, client, pmid):
    add(small, ["100"], client)
    before = tree(small)
    report = add(small, [pmid], client)
    (left,) = report.left
    assert (left.why, left.key) == ("preprint", "zhang2024" if pmid == "120" else "nunezruiz2023")
    assert report.status == 1
    assert tree(small) == before


def test_the_published_article_of_a_preprint_that_is_there_is_said(without_zhang, client):
    assert [study.key for study in add(without_zhang, ["120"], client).added] == ["zhang2023"]
    (left,) = add(without_zhang, ["39198038"], client).left
    assert (left.why, left.key) == ("preprint-there", "zhang2023")


def test_unknown_and_malformed_ids_are_collected_and_the_rest_is_added(small, client):
    report = add(small, ["banana", "999", "100", "10.1000/none", "PMC", "PMC999"], client)
    assert [study.key for study in report.added] == ["nunezruiz2023"]
    assert sorted(whys(report)) == ["malformed", "malformed", "unknown", "unknown", "unknown"]
    assert report.status == 1


def test_only_malformed_ids_are_wrong_usage(small, client):
    assert add(small, ["banana"], client).status == 2


def test_a_retracted_paper_is_added_with_its_notice_first(small, client):
    (study,) = add(small, ["110"], client).added
    assert study.alarming
    assert "RETRACTED" in study.notices[0]
    assert "RETRACTED" in load_anyway(small).studies["lee2019"].to_check[0]


def test_a_retraction_notice_is_no_study(small, client):
    (left,) = add(small, ["111"], client).left
    assert left.why == "notice"
    assert "PMID 110" in left.advice


def test_a_merged_pmid_is_followed_and_said(small, folder, serve, connect):
    (folder / "merged.txt").write_text("99 100\n", encoding="utf-8")
    (study,) = add(small, ["99"], connect(serve(folder))).added
    assert study.pmid == "100"
    assert any("merged PMID 99 into 100" in note for note in study.notes)


def test_a_wrong_pmid_in_a_file_is_not_believed(small, client, tmp_path):
    path = tmp_path / "wrong.ris"
    text = "TY  - JOUR\nTI  - Hip strength of swimmers\nAU  - Okafor, A.\nPY  - 2020\nDB  - PubMed\nAN  - 100\nER  - \n"
    path.write_text(text, encoding="utf-8")
    (left,) = add(small, [str(path)], client).left
    assert left.why == "disagrees"
    assert "Calf raises" in left.message


def test_what_a_file_says_otherwise_is_told(small, client, tmp_path):
    path = tmp_path / "other.ris"
    text = "TY  - JOUR\nTI  - Rest for runners\nAU  - Okafor, A.\nPY  - 2020\nDB  - PubMed\nAN  - 103\nER  - \n"
    path.write_text(text, encoding="utf-8")
    (study,) = add(small, [str(path)], client).added
    assert [note.split("; ")[0] for note in study.notes] == [
        "the file has another first author, Okafor, A.",
        "the file says 2020",
    ]


def test_a_title_that_is_nearly_the_same_is_a_hint_and_a_newer_version_is_told(small, folder, serve, connect):
    near = {"pmid": "104", "title": "Rest for the runners.", "authors": ("Núñez-Ruiz J",), "year": 2025}
    write_record(folder, near | {"corrections": (("UpdateOf", "103"),)})
    report = add(small, ["103", "104"], connect(serve(folder)))
    notes = " ".join(report.added[1].notes)
    assert "that of nunezruiz2023, by the same first author" in notes
    assert "it is a newer version of nunezruiz2023" in notes


def test_an_unreadable_bibliography_is_not_written_to(small, client):
    path = small / bibtex.FILE
    path.write_text(path.read_text(encoding="utf-8").replace("year = {2008}", "year = {soon}"), encoding="utf-8")
    before = tree(small)
    with pytest.raises(EvidenceError):
        add(small, ["100"], client)
    assert tree(small) == before


# --- files, offline, faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zotero.ris", "jabref.bib", "pubmed.nbib", "zotero.json"])
def test_offline_a_file_is_added_as_it_says_and_nothing_pretends_to_be_fetched(small, offline, name):
    report = add(small, [str(DATA / name)], offline, today=TODAY)
    first = report.added[0]
    assert (first.source, first.date, first.pmid) == ("file", TODAY, "100")
    entries, problems = snapshot.load(small)
    assert not problems
    assert (entries["100"].source, entries["100"].date, entries["100"].record.sha256) == ("curated", TODAY, "")
    assert rules_of(small) <= {"unused-study", "retracted-study"}
    source = load_anyway(small).studies[first.key].sources[0]
    assert name in source.note
    assert "nothing was fetched" in source.note
    assert str(DATA) not in source.note


def test_an_nbib_file_brings_types_and_notices(small, offline):
    first = add(small, [str(DATA / "pubmed.nbib")], offline, today=TODAY).added[0]
    assert first.study.design is Design.RANDOMIZED_TRIAL
    assert "the publication types in the file" in (first.study.design_detail or "")
    assert "RETRACTED (2024-01, PMID 101)" in first.notices[0]
    assert "lateral-epicondylitis" in first.study.condition_ids


def test_what_a_file_adds_is_fetched_when_pubmed_answers(small, client):
    report = add(small, [str(DATA / "zotero.ris")], client)
    assert {study.key: study.source for study in report.added} == {
        "nunezruiz2023": "pubmed",
        "nunezruiz2023b": "pubmed",
        "lee2019": "file",
    }
    assert whys(report) == ["unknown"]  # PMID 104


def test_offline_an_id_is_a_sentence_and_nothing_is_written(small, offline):
    before = tree(small)
    report = add(small, ["100", "10.1000/ex.1", "PMC77"], offline)
    assert whys(report) == ["failed"] * 3
    assert report.status == 2
    assert "PubMed cannot be asked" in report.left[0].message
    assert tree(small) == before


@pytest.mark.parametrize("fault", ["500", "html", "malformed", "cut", "empty", "entities", "400"])
def test_whatever_the_server_does_nothing_is_half_written(small, folder, serve, connect, fault):
    before = tree(small)
    report = add(small, ["100", "10.1000/ex.3"], connect(serve(folder, fault)))
    assert set(whys(report)) <= {"failed", "unknown"}
    assert not report.added
    assert report.status == 2
    assert tree(small) == before
    good = add(small, ["100", "10.1000/ex.3"], connect(serve(folder), cache=False))
    assert len(good.added) == 2


def test_a_study_that_cannot_be_written_leaves_no_entry_behind(small, client, monkeypatch):
    before = tree(small)

    def fails(root, study):
        if study.key == "nunezruiz2023":
            raise WriteError(root / "studies", "disk full")
        return save_study(root, study)

    monkeypatch.setattr("kb.pubmed.add.save_study", fails)
    report = add(small, ["100", "110"], client)
    assert ([study.key for study in report.added], whys(report)) == (["lee2019"], ["failed"])
    assert rules_of(small) <= {"unused-study", "retracted-study"}
    assert set(tree(small)) - set(before) == {"studies/lee2019.yaml", "pubmed/110.yaml"}


class Killed(BaseException):
    """What kill -9 is to the files: whatever was not renamed is not there."""


@pytest.mark.parametrize("given", [["100", "110"], [str(DATA / "jabref.bib")]])
def test_a_kill_at_any_write_is_mended_by_the_same_command(
    small, folder, serve, connect, offline, monkeypatch, tmp_path, given
):
    client = offline if given[0].endswith(".bib") else connect(serve(folder))
    whole = Path(shutil.copytree(small, tmp_path / "whole"))
    add(whole, given, client, today=TODAY)
    status = add(whole, given, client, today=TODAY).status
    writes = len([name for name in tree(whole) if name not in tree(small)]) + 1
    real = Path.replace
    for stop in range(1, writes + 1):
        root = Path(shutil.copytree(small, tmp_path / f"killed{stop}"))
        left = stop

        def replace(self, target, root=root):
            nonlocal left
            if Path(target).is_relative_to(root):
                left -= 1
                if left == 0:
                    raise Killed
            return real(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace)
            with pytest.raises(Killed):
                add(root, given, client, today=TODAY)
        assert rules_of(root) <= {"no-study", "unused-study", "retracted-study"}, stop
        assert add(root, given, client, today=TODAY).status == status
        assert tree(root) == tree(whole), stop


def test_two_runs_at_once_lose_nothing(small, folder, serve, connect):
    server = serve(folder)
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda pmid: add(small, [pmid], connect(server)), ["100", "103", "110"]))
    assert all(len(report.added) == 1 for report in reports)
    references, _, problems = bibtex.read(small / bibtex.FILE)
    assert not problems
    assert {"100", "103", "110"} <= {reference.pmid for reference in references.values()}
    assert len(references) == 6


# --- the parts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "design"), DESIGNS.items())
def test_every_mapped_publication_type_is_a_marked_guess(name, design):
    assert guess_design(["Journal Article", name]) == (design, f"guessed from PubMed's publication types ({name})")


@pytest.mark.parametrize(
    ("types", "design"),
    [
        (["Randomized Controlled Trial", "Clinical Trial Protocol"], Design.PROTOCOL),
        (["Systematic Review", "Meta-Analysis"], Design.META_ANALYSIS),
        (["Review", "Systematic Review"], Design.SYSTEMATIC_REVIEW),
        (["Observational Study"], Design.UNKNOWN),
        (["Journal Article", "Research Support, Non-U.S. Gov't"], Design.UNKNOWN),
        ([], Design.UNKNOWN),
    ],
)
def test_guesses(types, design):
    assert guess_design(types)[0] is design


def test_only_exact_names_are_proposed_and_the_narrowest(base):
    conditions = base.corpus.conditions.values()

    def found(title, *mesh):
        return {proposal.term for proposal in propose(title, mesh, conditions)}

    assert found(None, "Tennis Elbow") == {"lateral-epicondylitis"}
    assert found("Pain of the elbows in tennis") == set()
    assert found("Tennis elbows") == set()
    assert found(None, "Osteoarthritis", "Osteoarthritis, Knee") == {"knee-osteoarthritis"}
    assert "achilles-tendinopathy" in found("Load in midportion-like Achilles tendinopathy")


def test_short_common_words_of_a_title_propose_nothing(base):
    terms = [t for t in base.corpus.interventions.values() if any(len(n) < 5 for n in (t.label, *t.synonyms))]
    assert terms
    words = [name.lower() for t in terms for name in (t.label, *t.synonyms) if len(name) < 5]
    assert propose(" and ".join(words), (), terms) == ()


def test_insertion_keeps_order_and_reads_back(small):
    new = Reference(key="beta2020", entry_type="article", title="Rest", author=("Beta, A.",), year=2020)
    insert_references(small, [new])
    references, _, problems = bibtex.read(small / bibtex.FILE)
    assert not problems
    assert list(references) == sorted(references)
    assert references["beta2020"] == new
    assert (small / bibtex.FILE).read_text(encoding="utf-8") == bibtex.render(references.values())
    with pytest.raises(ValueError, match="already"):
        insert_references(small, [new])


def test_what_bibtex_cannot_hold_is_said_before_it_is_written():
    written, problems = read_back(Reference(key="a2020", entry_type="article", title="half { a brace"))
    assert written is None
    assert problems


# --- the command -----------------------------------------------------------------------------------------------


def run(root, server, *arguments, **options):
    environment = {"KB_ENTREZ_URL": server.url, "KB_EVIDENCE": str(root)}
    return CliRunner().invoke(add_command, arguments, env=environment, catch_exceptions=False, **options)


def test_the_command_says_what_was_added_and_what_comes_next(without_zhang, folder, serve):
    answer = run(without_zhang, serve(folder), "39198038")
    assert answer.exit_code == 0
    assert "Added zhang2024: Zhang L, Zhang X." in answer.stdout
    assert "lateral-epicondylitis (MeSH heading 'Tennis Elbow')" in answer.stdout
    assert "unused-study" in answer.stdout
    assert str(without_zhang / "studies" / "zhang2024.yaml") in answer.stdout


def test_the_command_gives_json_and_reads_standard_input(small, folder, serve):
    answer = run(small, serve(folder), "--format", "json", "-", input="39198038\n100\n")
    data = json.loads(answer.stdout)
    assert [study["file"] for study in data["added"]] == ["studies/nunezruiz2023.yaml"]
    assert [(left["why"], left["key"]) for left in data["not_added"]] == [("already-there", "zhang2024")]
    assert answer.exit_code == 0


def test_a_retraction_is_loud(small, folder, serve):
    answer = run(small, serve(folder), "110")
    assert "!! RETRACTED" in answer.stdout


def test_problems_go_to_standard_error_with_their_exit_status(small, folder, serve):
    server = serve(folder)
    answer = run(small, server, "999")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "PubMed has no record of PMID 999" in answer.stderr
    answer = run(small, server, "missing.ris", "--offline")
    assert answer.exit_code == 2
    assert "no" in answer.stderr


def test_help_loads_nothing_heavy():
    code = (
        "import sys, kb.cli.add; heavy = {'pandas', 'Bio', 'rispy', 'pybtex', 'lxml', 'filelock'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
