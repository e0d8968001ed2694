"""What a person sees and does in a browser, from the disk: pages, search, keyboard, phone, print, accessibility."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

Look = Callable[..., Any]

KINDS = {
    "home": "index.html",
    "search": "search.html?q=tennis+elbow",
    "all pages": "pages.html",
    "map": "map.html",
    "news": "news.html",
    "method": "method.html",
    "data": "data.html",
    "dictionary": "dictionary.html",
    "about": "about.html",
    "missing": "404.html",
    "overview": "overview.html",
    "audit": "audit.html",
    "condition": "condition/lateral-epicondylitis.html",
    "broad condition": "condition/tendinopathy.html",
    "intervention": "intervention/shockwave.html",
    "comparison": "comparison/lateral-epicondylitis--shockwave--prtee.html",
    "post": "post/why-tennis-elbow-keeps-coming-back-and-what-to-do-about-it.html",
    "study": "study/zhang2024.html",
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_violation_of_wcag(look: Look, kind: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}
    for width in (1440, 360):
        tab = look(KINDS[kind], width=width, scheme=scheme)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = axe.run(tab, options=options).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768])
@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_wider_than_the_screen(look: Look, kind: str, width: int, scheme: str) -> None:
    tab = look(KINDS[kind], width=width, scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    colours = tab.evaluate(
        "['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number))"
    )
    text, ground = (sum(colour[:3]) for colour in colours)
    assert (text < ground) == (scheme == "light")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360), ("light", 768)])
def test_a_walk_through_the_site(look: Look, whole_site: Path, scheme: str, width: int) -> None:
    """Home, search, condition, comparison, study, back, a cell of the map, the method, the downloads."""
    tab = look("index.html", width=width, scheme=scheme)
    tab.get_by_role("searchbox").fill("tennis elbow")
    tab.locator(".kb-hits a").first.click()
    assert tab.get_by_role("heading", level=1).inner_text() == "Lateral epicondylitis"
    tab.locator("article a[href*='comparison/']").first.click()
    assert "/comparison/lateral-epicondylitis--shockwave--" in tab.url
    link = tab.locator("article a[href*='study/']").locator("visible=true").first
    key = re.search(r"study/(\w+)\.html", str(link.get_attribute("href")))
    assert key
    link.click()
    assert f"/study/{key[1]}.html" in tab.url
    tab.go_back()
    assert "/comparison/" in tab.url
    menu = tab.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.click()
    site = tab.get_by_role("navigation", name="Site", exact=True)
    site.get_by_role("link", name="Evidence map").click()
    tab.locator(".kb-cell[aria-label^='Lateral epicondylitis'], td .kb-cell").first.click()
    assert re.search(r"/(comparison|condition)/", tab.url)
    again = tab.get_by_role("contentinfo")
    again.get_by_role("link", name="Method").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "Method"
    tab.get_by_role("contentinfo").get_by_role("link", name="Data").click()
    file = str(tab.get_by_role("link", name="BibTeX").get_attribute("href"))
    assert (whole_site / file).read_text().count("@article") > 100


def test_the_search_knows_synonyms_text_and_typing_errors(look: Look) -> None:
    def first(words: str) -> str:
        tab = look(f"search.html?q={words.replace(' ', '+')}")
        tab.locator(".kb-hits a").first.wait_for()
        return str(tab.locator(".kb-hits a").first.get_attribute("href"))

    assert first("tennis elbow") == "condition/lateral-epicondylitis.html"
    assert first("eswt") == "intervention/shockwave.html"
    assert first("zhang 2024") == "study/zhang2024.html"
    assert first("17940147") == "study/buist2008.html"
    assert first("tenis elbw") == "condition/lateral-epicondylitis.html"
    assert first("PRTEE shockwave").startswith("comparison/")
    tab = look("search.html?q=xyzzyplugh")
    assert "Nothing was found" in tab.get_by_role("status").inner_text()


def test_what_is_searched_for_never_becomes_markup(look: Look) -> None:
    tab = look("search.html?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    assert "<img" in tab.get_by_role("status").inner_text()
    assert tab.locator("main img").count() == 0


def test_the_filter_of_all_pages(look: Look) -> None:
    tab = look("pages.html")
    tab.get_by_role("main").get_by_role("searchbox").fill("tennis elb")
    assert tab.get_by_role("main").get_by_role("link", name="Lateral epicondylitis", exact=True).is_visible()
    assert not tab.get_by_role("main").get_by_role("heading", name="Posts").is_hidden()
    tab.get_by_role("main").get_by_role("searchbox").fill("zhang2024")
    assert tab.get_by_role("main").get_by_role("heading", name="Conditions").is_hidden()
    assert tab.get_by_role("main").locator(".kb-status").inner_text().startswith("1 of ")


# the keyboard


WHERE = """() => {
  const it = document.activeElement;
  if (it === document.body) return null;
  const style = getComputedStyle(it);
  return { number: Array.from(document.querySelectorAll("*")).indexOf(it), html: it.outerHTML.slice(0, 150),
           outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
}"""


def focused(tab: Any) -> str:
    return str(tab.evaluate("document.activeElement.outerHTML.slice(0, 120)"))


def test_the_keyboard_skips_to_the_content(look: Look) -> None:
    tab = look("method.html")
    tab.keyboard.press("Tab")
    assert "kb-skip" in focused(tab)
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    tab.keyboard.press("Enter")
    assert focused(tab).startswith("<main")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_search_works_by_keyboard(look: Look) -> None:
    tab = look("index.html")
    tab.get_by_role("searchbox").focus()
    tab.keyboard.type("tennis elbow")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    assert "lateral-epicondylitis" in focused(tab)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/condition/lateral-epicondylitis.html")
    tab.locator("#kb-find").focus()
    tab.keyboard.type("shockwave")
    tab.keyboard.press("Enter")
    tab.locator(".kb-hits a").first.wait_for()
    assert "search.html?q=shockwave" in tab.url


def test_the_map_works_by_keyboard(look: Look) -> None:
    tab = look("map.html")
    cells = tab.locator("td .kb-cell")
    assert tab.locator("td .kb-cell[tabindex='0']").count() == 1
    cells.first.focus()
    tab.keyboard.press("ArrowRight")
    second = str(tab.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert second
    assert second != cells.first.get_attribute("aria-label")
    tab.keyboard.press("ArrowDown")
    third = str(tab.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert third.partition(",")[0] != second.partition(",")[0]
    tab.keyboard.press("End")
    wanted = str(cells.last.get_attribute("href"))
    assert tab.evaluate("document.activeElement.getAttribute('href')") == wanted
    tab.keyboard.press("Tab")
    assert not tab.evaluate("document.querySelector('.kb-map table').contains(document.activeElement)"), "no trap"
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/{wanted}")


def test_the_theme_is_switched_by_keyboard_and_kept(look: Look) -> None:
    tab = look("about.html")
    button = tab.get_by_role("button", name="Theme")
    for name in ("light", "dark"):
        button.focus()
        tab.keyboard.press("Enter")
        assert button.inner_text() == f"Theme: {name}"
    assert tab.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    tab.reload()
    assert tab.get_by_role("button", name="Theme").inner_text() == "Theme: dark"


@pytest.mark.parametrize("kind", ["home", "condition", "map", "study", "comparison"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_keyboard_gets_everywhere_and_one_sees_where_it_is(look: Look, kind: str, scheme: str) -> None:
    tab = look(KINDS[kind], scheme=scheme)
    seen: list[int] = []
    hidden: list[str] = []
    for _ in range(120):
        tab.keyboard.press("Tab")
        place = tab.evaluate(WHERE)
        if place is None:
            break
        seen.append(place["number"])
        hidden += [] if place["outlined"] else [place["html"]]
    assert len(seen) > 5
    assert not hidden
    assert len(seen) == len(set(seen)), "a trap: the Tab key comes back to a place before it has seen all"


def test_the_menu_of_a_phone(look: Look) -> None:
    tab = look("about.html", width=360)
    site = tab.get_by_role("navigation", name="Site", exact=True)
    assert not site.is_visible()
    tab.get_by_role("button", name="Menu").press("Enter")
    assert site.get_by_role("link", name="Method").is_visible()
    tab.keyboard.press("Escape")
    assert not site.is_visible()


ROOM = """(box) => {
  const style = getComputedStyle(box), pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const free = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return free - pen.measureText(box.placeholder).width;
}"""


@pytest.mark.parametrize("kind", KINDS)
def test_the_search_of_a_phone_is_there_at_once_and_its_hint_is_whole(look: Look, kind: str) -> None:
    tab = look(KINDS[kind], width=360)
    box = tab.get_by_role("search").get_by_role("searchbox").first
    assert box.is_visible()
    place = box.bounding_box()
    assert place
    assert place["y"] + place["height"] <= 640
    assert box.evaluate(ROOM) >= 0, "the placeholder is cut"


FIRST_SENTENCE = """(lead) => {
  const texts = document.createTreeWalker(lead, NodeFilter.SHOW_TEXT), range = document.createRange();
  range.setStart(lead, 0);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const end = text.data.search(/[.!?](\\s|$)/);
    range.setEnd(text, end < 0 ? text.data.length : end + 1);
    if (end >= 0) break;
  }
  return range.getBoundingClientRect().bottom;
}"""


@pytest.mark.parametrize("kind", ["condition", "broad condition", "intervention", "comparison", "study"])
def test_the_answer_is_on_the_first_screen_of_a_phone(look: Look, kind: str) -> None:
    lead = look(KINDS[kind], width=360).locator("article .kb-lead").first
    assert len(lead.inner_text()) > 30
    assert 0 < lead.evaluate(FIRST_SENTENCE) <= 640


COLOURS = """(figures) => figures.flatMap((figure) => Array.from(figure.querySelectorAll("path, use, text")))
  .map((one) => [one.style.fill, getComputedStyle(one).fill, one.tagName])"""


@pytest.mark.parametrize("kind", ["condition", "overview"])
def test_a_colour_means_one_certainty_by_day_and_by_night(look: Look, kind: str) -> None:
    palette = {"rgb(0, 114, 178)", "rgb(86, 180, 233)", "rgb(230, 159, 0)", "rgb(213, 94, 0)"}
    for scheme in ("light", "dark"):
        tab = look(KINDS[kind], scheme=scheme)
        shown = tab.locator("figure svg").evaluate_all(COLOURS)
        marks = {given: seen for given, seen, tag in shown if tag != "text" and given in palette}
        assert len(marks) >= 2
        assert all(given == seen for given, seen in marks.items())
        assert tab.locator("figure svg").first.evaluate("(one) => getComputedStyle(one).filter") == "none"
        words = {seen for given, seen, tag in shown if tag == "text" and given == "rgb(27, 27, 27)"}
        assert words == {"rgb(27, 27, 27)"} if scheme == "light" else words == {"rgb(231, 233, 236)"}
        tab.emulate_media(media="print")
        printed = tab.locator("figure svg").evaluate_all(COLOURS)
        assert all(given == seen for given, seen, _ in printed if given not in {"", "none"})


def test_without_scripts_pages_are_read_all_the_same(browser: Any, whole_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 900})
    tab = context.new_page()
    tab.goto(f"{whole_site.as_uri()}/condition/lateral-epicondylitis.html")
    assert tab.get_by_role("navigation", name="Site", exact=True).get_by_role("link", name="Method").is_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    tab.goto(f"{whole_site.as_uri()}/search.html")
    assert tab.get_by_text("The search needs JavaScript").is_visible()
    context.close()


def test_an_anchor_opens_what_is_folded(look: Look) -> None:
    tab = look("study/zhang2024.html#f03")
    assert tab.locator("#f03").is_visible()


# paper


def test_print_shows_the_content_only_in_light_colours_with_address_and_date(look: Look) -> None:
    tab = look(KINDS["comparison"], scheme="dark")
    assert not tab.locator(".kb-printfoot").is_visible()
    tab.emulate_media(media="print")
    for hidden in (".kb-top", ".kb-foot", ".kb-crumbs", ".kb-toc"):
        assert not tab.locator(hidden).first.is_visible(), hidden
    assert tab.evaluate("Array.from(document.querySelectorAll('.kb-noprint')).every((one) => !one.offsetParent)")
    foot = tab.locator(".kb-printfoot").inner_text()
    assert "comparison/lateral-epicondylitis--shockwave--prtee.html" in foot
    assert re.search(r"evidence as of \d{4}-\d{2}-\d{2}", foot)
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_the_whole_map_is_on_paper(look: Look) -> None:
    across = 1032  # CSS pixels between the margins of A4 across
    tab = look("map.html", width=across)
    tab.emulate_media(media="print")
    assert tab.locator(".kb-map table").evaluate("(one) => one.getBoundingClientRect().right") <= across
    assert tab.locator(".kb-map").evaluate("(one) => getComputedStyle(one).overflowX") == "visible"


EMPTY = """() => Array.from(document.querySelectorAll("article section")).filter((one) => one.offsetParent)
  .filter((one) => !Array.from(one.children).some((child) => child.tagName !== "H2" && child.offsetHeight > 0))
  .map((one) => one.innerText)"""


@pytest.mark.parametrize("kind", KINDS)
def test_no_heading_is_printed_with_nothing_beneath_it(look: Look, kind: str) -> None:
    tab = look(KINDS[kind], width=800)
    tab.emulate_media(media="print")
    assert tab.evaluate(EMPTY) == []


@pytest.mark.parametrize("kind", ["home", "data", "news"])
def test_a_short_page_is_one_page_of_paper(look: Look, kind: str) -> None:
    paper = look(KINDS[kind]).pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


@pytest.mark.parametrize("kind", ["condition", "intervention", "comparison", "study"])
def test_an_answer_is_one_page_of_paper(look: Look, kind: str) -> None:
    paper = look(KINDS[kind]).pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
