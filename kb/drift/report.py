"""Drift for people: lines for a terminal, Markdown for a pull request's comment, JUnit XML for a build server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from kb.drift.drift import Drift, Group, PageDrift, listed, told_with

MOST_CHARACTERS = 60_000
"""A comment of GitHub holds 65,536."""
_TEXT_GROUPS, _TEXT_PAGES = 40, 30
_ON_PAGE = 12
_OPEN = 25
"""Changes across the pages that are seen without a click."""
_LEAST_ROOM = 1_000
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""What a reader does not see, or what turns the direction of text."""
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|~:$=^-])")
_LINE = re.compile(r"\s+")


def to_text(drift: Drift) -> str:
    """The drift for a terminal: the headline, why, what moved across pages, and page by page."""
    lines = [drift.headline()]
    if drift.pages:
        lines += [*drift.reasons(), "", *_across(drift, _TEXT_GROUPS), "", "Page by page:"]
        lines += [f"  {page.page}: {page}" for page in drift.pages[:_TEXT_PAGES]]
        rest = len(drift.pages) - _TEXT_PAGES
        lines += [f"  and {rest} more: --report FILE.md lists them"] if rest > 0 else []
        lines += ["", "Look at them; kb build --accept takes them."]
    return _INVISIBLE.sub("", "\n".join(lines)) + "\n"


def _across(drift: Drift, most: int) -> Iterator[str]:
    for state in ("new", "vanished"):
        names = drift.of_state(state)
        if names:
            yield f"{len(names)} {state} {'page' if len(names) == 1 else 'pages'}: {listed(names, 12)}"
    for group in drift.groups[:most]:
        yield f"{_mark(group)}{group}"
    if len(drift.groups) > most:
        yield f"and {len(drift.groups) - most} more changes"


def _mark(group: Group) -> str:
    marks = {"wording": "wording only: ", "order": "order only: ", "style": "style only: "}
    return marks.get(group.kind, "")


# --- Markdown ---------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    r"""Text as Markdown that shows it and does nothing: no markup, link, mention, issue or HTML.

    Examples
    --------
    >>> escaped("**a** <b>")
    '\\*\\*a\\*\\* &lt;b&gt;'
    """
    text = _LINE.sub(" ", _INVISIBLE.sub("", text)).strip()
    text = _MARKUP.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    # GitHub looks for names, issues and addresses in what is left: a word joiner, which nobody sees, parts them.
    text = re.sub(r"(@|\\#)(?=\w)", "\\1\u2060", text)
    return re.sub(r"(?i)\b(gh|www|https?|ftp|mailto|xmpp)(?=\\[-.:])", "\\1\u2060", text)


def to_markdown(drift: Drift, most: int = MOST_CHARACTERS) -> str:
    """The drift as a comment of a pull request, at most so many characters; what does not fit is counted.

    Parameters
    ----------
    drift
        What moved.
    most
        Characters, at least 2,000.
    """
    parts = [f"### {_heading(drift)}", "", escaped(drift.headline())]
    if not drift.pages:
        return "\n".join(parts) + "\n"
    parts += ["", *(f"- {escaped(reason)}" for reason in drift.reasons()), ""]
    end = ["", "Look at what moved. `kb build --accept` takes it; commit `evidence/facts` with the change.", ""]
    room = most - sum(len(part) + 1 for part in (*parts, *end)) - 200
    parts += _opened("#### Across the pages", [*_listed_groups(drift)], room * 3 // 5)
    left = most - sum(len(part) + 1 for part in (*parts, *end)) - 200
    parts += _filled("#### Page by page", [_folded(page) for page in drift.pages], left)
    return "\n".join([*parts, *end])


def _heading(drift: Drift) -> str:
    if drift.first:
        return "Nothing accepted yet"
    if drift.pages:
        return "Drift of the notebooks"
    return "Notebooks failed" if drift.failed else "No drift"


def _listed_groups(drift: Drift) -> Iterator[str]:
    for state in ("new", "vanished"):
        names = drift.of_state(state)
        if names:
            yield f"- **{len(names)} {state}:** {escaped(listed(names, 30))}"
    for group in drift.groups:
        where = escaped(group.pages[0]) if len(group.pages) == 1 else f"{len(group.pages)} pages"
        yield f"- **{where}:** {_mark(group)}{escaped(group.words)}"


def _opened(heading: str, items: list[str], room: int) -> list[str]:
    """The most important items to be seen at once, the others folded away."""
    made = _filled(heading, items[:_OPEN], room)
    rest = items[_OPEN:]
    left = room - sum(len(part) + 1 for part in made) - 100
    if not rest or left < _LEAST_ROOM:
        return _filled(heading, items, room)
    folded = _filled("", rest, left)
    return [*made, "<details>", f"<summary>{len(rest)} more changes</summary>", *folded[1:], "</details>", ""]


def _filled(heading: str, items: list[str], room: int) -> list[str]:
    """As many items as there is room for."""
    made, used = [heading, ""], len(heading) + 2
    for number, item in enumerate(items):
        used += len(item) + 1
        if used > room:
            return [*made, "", f"and {len(items) - number} more"]
        made.append(item)
    return [*made, ""]


def _folded(page: PageDrift) -> str:
    summary = f"<summary>{_html(page.page)}: {_html(str(page))}</summary>"
    if not page.changes:
        return f"- {escaped(page.page)}: {escaped(str(page))}"
    lines = [f"- {escaped(words)}" for words in _on_page(page)]
    return "\n".join(["<details>", summary, "", *lines, "", "</details>", ""])


def _html(text: str) -> str:
    """Text inside an HTML element of Markdown, where markup would do nothing but HTML would."""
    text = _INVISIBLE.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("@", "@\u2060")


def _on_page(page: PageDrift) -> Iterator[str]:
    told = list(dict.fromkeys(told_with(c.words, cause) for c, cause in zip(page.changes, page.causes, strict=True)))
    yield from told[:_ON_PAGE]
    if len(told) > _ON_PAGE:
        yield f"and {len(told) - _ON_PAGE} more"


# --- JUnit ------------------------------------------------------------------------------------------------------------


def to_junit(drift: Drift) -> str:
    """The drift as JUnit XML: a test for each page that moved or failed, and one for all the others."""
    suite = ET.Element(
        "testsuite",
        name="kb build --check",
        tests=str(len(drift.pages) + len(drift.failed) + 1),
        failures=str(len(drift.pages)),
        errors=str(len(drift.failed)),
        skipped=str(int(drift.first)),
    )
    whole = ET.SubElement(suite, "testcase", classname="kb.drift", name="every other page")
    if drift.first:
        ET.SubElement(whole, "skipped", message=_plain(drift.headline()))
    for name in drift.failed:
        case = ET.SubElement(suite, "testcase", classname="kb.drift", name=_plain(name))
        ET.SubElement(case, "error", message="the notebook failed", type="failed")
    for page in drift.pages:
        case = ET.SubElement(suite, "testcase", classname="kb.drift", name=_plain(page.page))
        failure = ET.SubElement(case, "failure", message=_plain(str(page)), type="drift")
        failure.text = _plain("\n".join(_on_page(page)))
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text)
