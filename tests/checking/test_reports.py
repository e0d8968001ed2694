"""Reports of a check: one content in five forms, and nothing of a checked file that acts in any of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import pytest

from kb.checking import as_json, github, html, sarif, text
from kb.checking.result import CheckedFile, CheckResult
from kb.checking.schema import SCHEMA
from tests.checking import made

FORMATS = [text, as_json, html, sarif, github]
EVIL = [
    "\x1b[31m\x1b]0;title\x07",
    "\x9b2J\x84\u2028",
    "\r\n::error file=x::y\n",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</pre></style></title><svg onload=alert(1)>",
    "\u202egnp.exe\u2066",
    "javascript:alert(1)",
    "\ud800",
    "\0",
    "%0A::stop-commands::x",
    "--> ]]> {{ x }} ${x}",
]


def _id(module: object) -> str | None:
    return module.__name__.rpartition(".")[2] if isinstance(module, ModuleType) else None


# --- nothing acts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("module", FORMATS, ids=_id)
def test_no_control_character_of_a_file_is_printed(module: Any, evil: str) -> None:
    printed = module.to_text(made.with_errors(evil))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", printed)
    printed.encode("utf-8")


@pytest.mark.parametrize("evil", EVIL)
def test_a_coloured_report_holds_only_its_own_colours(evil: str) -> None:
    printed = text.to_text(made.with_errors(evil), text.terminal(100, colour=True))
    assert "\x1b[31m" in printed
    bare = re.sub(r"\x1b\[(?:0|1|2|31|33|36)m", "", printed)
    assert "\x1b" not in bare
    assert "\x9b" not in bare


@pytest.mark.parametrize("evil", EVIL)
def test_a_file_cannot_add_lines_to_the_text_or_the_annotations(evil: str) -> None:
    for module in (text, github):
        count = module.to_text(made.with_errors()).count("\n")
        assert module.to_text(made.with_errors(evil)).count("\n") == count
    lines = github.to_text(made.with_errors(evil)).splitlines()
    assert [line.split(" ")[0] for line in lines if line.startswith("::")] == [
        "::error", "::error", "::warning", "::error", "::error", "::error",
    ]  # fmt: skip
    for line in lines:
        if line.startswith("::"):
            properties = line.split("::")[1].partition(" ")[2]
            assert {part.split("=")[0] for part in properties.split(",")} <= {"file", "line", "title"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _tags(page: str) -> _Tags:
    parser = _Tags()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("evil", EVIL)
def test_the_page_has_no_element_or_address_of_the_file(evil: str) -> None:
    usual, page = _tags(html.to_text(made.with_errors())), _tags(html.to_text(made.with_errors(evil)))
    assert [tag for tag, _ in page.seen] == [tag for tag, _ in usual.seen]
    for tag, attributes in page.seen:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "src", "srcdoc"}]
        address = attributes.get("href") or ""
        assert tag != "a" or address.startswith(("#", "https://pubmed.ncbi.nlm.nih.gov/"))
    policy = next(a["content"] for tag, a in page.seen if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("fix", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "file:///etc/passwd"])
def test_only_web_addresses_of_a_fix_become_links(fix: str) -> None:
    result = made.result()
    post = result.files[0].posts[0]
    link = replace(post.links[0], findings=(replace(post.links[0].findings[0], fix=fix),))
    changed = replace(post, links=(link,), citations=(), statements=())
    page = html.to_text(replace(result, files=(replace(result.files[0], posts=(changed,)),)))
    assert [attributes for tag, attributes in _tags(page).seen if tag == "a"] == []
    assert fix.rpartition("/")[2] in _tags(page).text


@pytest.mark.browser
def test_chromium_runs_nothing_of_the_page_and_the_filter_works(tmp_path: Any) -> None:
    from tests.checking.browser import chromium

    path = tmp_path / "report.html"
    path.write_text(html.to_text(made.with_errors("".join(EVIL[3:6]))), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        said: list[str] = []
        asked: list[str] = []

        def dismiss(dialog: Any) -> None:
            said.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(path.as_uri())
        assert said == []
        assert asked == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.locator(".card.error").first.is_visible()
        colour = page.locator(".card.error").first.evaluate("e => getComputedStyle(e).borderLeftColor")
        assert colour == "rgb(179, 38, 30)"  # the style sheet is allowed by its hash
        page.locator("label[for=show-error]").click()
        assert not page.locator(".card.error").first.is_visible()
        assert page.locator(".card.warning").first.is_visible()
        assert not page.locator("article.of-error").first.is_visible()
        page.locator("label[for=show-warning]").click()
        page.locator("label[for=show-suppressed]").click()
        assert not page.locator("article").first.is_visible()


# --- what they say --------------------------------------------------------------------------------------------------


def test_the_text_has_a_finding_a_line_in_order_with_its_fix_beneath() -> None:
    lines = text.to_text(made.result()).splitlines()
    assert lines[0] == "draft.md: Rest (2031-05-01)"
    assert lines[1] == "  3  error    number-differs was found. (reviewed) [number-differs]"
    assert lines[2:4] == [
        "  3  warning  too-certain was found. [too-certain]",
        "              fix: Calf raises may help.",
    ]
    assert [line.split()[1] for line in lines[:10] if re.match(r"  \d", line)] == [
        "error", "warning", "error", "error", "ignored", "error",
    ]  # fmt: skip
    assert "suppressed: Known." in lines[8]
    assert lines[-4] == "1 post, 1 citation: 4 errors, 1 warning, 0 notes, 1 suppressed."
    assert lines[-1] == "Fix first: wrong-identifier (1), number-differs (1), wrong-year (1), bad-link (1)."


def test_a_person_gets_lines_of_at_most_the_width() -> None:
    result = made.result(" and so on" * 60)
    for width in (60, 100):
        lines = text.to_text(result, text.terminal(width, colour=False)).splitlines()[1:]
        assert max(len(line) for line in lines if " fix: " not in line) <= width
        first = next(place for place, line in enumerate(lines) if line.startswith("  3  error"))
        assert all(line.startswith(" " * 14) for line in lines[first + 1 : first + 5])


def test_annotations_name_file_line_and_rule_and_leave_out_what_is_suppressed() -> None:
    lines = github.to_text(made.result()).splitlines()
    fixed = "::warning file=draft.md,line=3,title=kb too-certain::too-certain was found.%0AFix: Calf raises may help."
    assert fixed in lines
    assert not [line for line in lines if "no-link" in line]


def test_a_line_of_an_export_is_said_in_words_because_it_is_no_line_of_the_file() -> None:
    result = made.result(path="a,b:c.xml", format_="rss")
    line = github.to_text(result).splitlines()[0]
    assert line.startswith(
        "::error file=a%2Cb%3Ac.xml,title=kb number-differs::a,b:c.xml: Rest (2031-05-01), line 3 of"
    )
    location = sarif.to_data(result)["runs"][0]["results"][0]["locations"][0]
    assert "region" not in location["physicalLocation"]
    assert location["logicalLocations"] == [{"name": "Rest"}]


def test_the_page_shows_sentence_problem_and_fix() -> None:
    page = html.to_text(made.result())
    assert "<mark>(Okafor et al., 2029)</mark>" in page
    assert "<pre>(Okafor et al., 2031. [View on PubMed](https://pubmed.ncbi.nlm.nih.gov/222/))</pre>" in page
    assert "Left as it is: Known." in page
    assert page.count("<article") == 2
    assert f"locator: {made.LOCATOR[:16]}" in page


def test_a_result_without_findings_is_said_in_every_form() -> None:
    nothing = CheckResult((CheckedFile("empty.md", "markdown"),))
    assert text.to_text(nothing) == "0 posts, 0 citations: no citation found.\n"
    assert "no citation found" in github.to_text(nothing)
    assert "no citation found" in html.to_text(nothing)
    assert sarif.to_data(nothing)["runs"][0]["results"] == []
    assert not nothing.fails("note")


# --- JSON -----------------------------------------------------------------------------------------------------------


def _conforms(data: Any, schema: dict[str, Any], root: dict[str, Any], where: str = "$") -> list[str]:
    """Where data does not have the shape: what of JSON Schema the schema uses, and no more."""
    if "$ref" in schema:
        return _conforms(data, root["$defs"][schema["$ref"].rpartition("/")[2]], root, where)
    if "anyOf" in schema:
        tried = [_conforms(data, one, root, where) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    if "enum" in schema or "const" in schema:
        return [] if data in schema.get("enum", [schema.get("const")]) else [f"{where}: {data!r}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(data) is kinds[name] for name in named):
        return [f"{where}: {data!r} is no {named}"]
    wrong = []
    if isinstance(data, dict):
        known = schema.get("properties", {})
        wrong += [f"{where}: lacks {name}" for name in schema.get("required", ()) if name not in data]
        for name, value in data.items():
            inner = known.get(name, schema.get("additionalProperties"))
            wrong += _conforms(value, inner, root, f"{where}.{name}") if inner else [f"{where}: has {name}"]
    if isinstance(data, list):
        wrong += [w for n, value in enumerate(data) for w in _conforms(value, schema["items"], root, f"{where}[{n}]")]
    if isinstance(data, int) and data < schema.get("minimum", data):
        wrong.append(f"{where}: {data}")
    return wrong


@pytest.mark.parametrize("result", [made.result(), made.with_errors("x"), CheckResult(())])
def test_json_has_the_documented_shape(result: CheckResult) -> None:
    data = json.loads(as_json.to_text(result))
    assert data == json.loads(json.dumps(result.to_json()))
    assert _conforms(data, SCHEMA, SCHEMA) == []


def test_the_shape_is_one_that_can_be_missed() -> None:
    data = made.result().to_json()
    data["files"][0]["posts"][0]["citations"][0]["findings"][0]["severity"] = "bad"
    del data["summary"]["links"]
    assert len(_conforms(data, SCHEMA, SCHEMA)) == 2


def test_json_has_the_keys_of_the_issue_and_no_words_of_statements() -> None:
    data = made.result().to_json()
    post = data["files"][0]["posts"][0]
    citation, statement = post["citations"][0], post["statements"][0]
    assert {"title", "url", "date", "citations", "statements"} <= set(post)
    assert {"text", "link", "line", "study", "confidence", "as_published", "findings"} <= set(citation)
    assert {"authors", "year", "journal", "volume", "pages", "link"} <= set(citation["as_published"])
    assert {"text_sha256", "line", "studies", "findings"} <= set(statement)
    named = {"rule", "severity", "message", "found", "expected", "fix", "study", "locator"}
    assert named <= set(citation["findings"][0])
    assert "cut injuries" not in json.dumps(statement)
    assert citation["findings"][2]["suppressed"]["reason"] == "Known."


# --- SARIF ----------------------------------------------------------------------------------------------------------

_LEVELS = {"none", "note", "warning", "error"}


def _needs(data: Any, **kinds: type) -> None:
    for name, kind in kinds.items():
        assert isinstance(data.get(name), kind), (name, data)


def test_sarif_has_what_the_standard_requires() -> None:
    """The required properties, types and enumerations of sarif-schema-2.1.0 for every object that is used."""
    log = json.loads(sarif.to_text(made.with_errors()))
    assert set(log) <= {"$schema", "version", "runs", "inlineExternalProperties", "properties"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    _needs(driver, name=str, version=str, rules=list)
    for rule in driver["rules"]:
        _needs(rule, id=str)
        for name in ("shortDescription", "fullDescription", "help"):
            _needs(rule[name], text=str)
        assert rule["defaultConfiguration"]["level"] in _LEVELS
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for result in run["results"]:
        _needs(result["message"], text=str)
        assert result["level"] in _LEVELS
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            place = location["physicalLocation"]
            _needs(place["artifactLocation"], uri=str)
            assert place["region"]["startLine"] >= 1
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        for suppression in result.get("suppressions", ()):
            assert suppression["kind"] in {"inSource", "external"}
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [n["level"] for n in invocation["toolExecutionNotifications"]] == ["error"]
    assert [r["ruleId"] for r in run["results"] if "suppressions" in r] == ["no-link"]


def _prints(result: CheckResult) -> dict[str, str]:
    results = sarif.to_data(result)["runs"][0]["results"]
    return {r["partialFingerprints"][sarif.FINGERPRINT]: r["ruleId"] for r in results}


def test_a_finding_keeps_its_identity_when_it_moves_and_loses_it_when_the_sentence_changes() -> None:
    result = made.result()
    post = result.files[0].posts[0]
    prints = _prints(result)
    assert len(prints) == 6
    citation = post.citations[0]
    moved = replace(citation, place=replace(citation.place, line=77))
    moved = replace(moved, findings=tuple(replace(f, line=77, message="other words") for f in moved.findings))
    later = replace(result, files=(replace(result.files[0], posts=(replace(post, citations=(moved,)),)),))
    assert _prints(later) == prints
    other = replace(moved, findings=tuple(replace(f, locator="0" * 64) for f in moved.findings))
    changed = replace(result, files=(replace(result.files[0], posts=(replace(post, citations=(other,)),)),))
    assert set(_prints(changed).values()) == set(prints.values())
    assert len(set(_prints(changed)) & set(prints)) == 3


# --- objects --------------------------------------------------------------------------------------------------------


def test_findings_are_iterated_counted_and_framed_alike() -> None:
    result = made.result()
    assert [f.rule for f in result.findings()] == [
        "number-differs", "too-certain", "wrong-identifier", "wrong-year", "bad-link",
    ]  # fmt: skip
    frame = result.frame()
    assert list(frame["rule"]) == [f.rule for f in result.findings(suppressed=True)]
    assert frame.loc[frame["rule"] == "no-link", "suppressed"].item() == "Known."
    summary = result.summary
    assert (summary.errors, summary.warnings, summary.notes, summary.suppressed) == (4, 1, 0, 1)
    assert sum(dict(summary.rules).values()) == 5
    assert (summary.links_right, summary.links_wrong, summary.links_unknown) == (0, 1, 0)


@pytest.mark.parametrize(
    ("level", "fails"), [("error", False), ("warning", True), ("note", True), ("never", False), (None, False)]
)
def test_a_check_fails_at_or_above_a_severity(level: str | None, fails: bool) -> None:
    result = made.result()
    post = result.files[0].posts[0]
    statement = post.statements[0]
    mild = replace(post, citations=(), links=(), statements=(replace(statement, findings=statement.findings[1:]),))
    assert replace(result, files=(replace(result.files[0], posts=(mild,)),)).fails(level) is fails
