"""RSS, WordPress (WXR) and Atom exports -> posts, one after the other; no entity is expanded, nothing is fetched."""

from __future__ import annotations

import html
import io
import re

from lxml import etree

from kb.citations.read.blocks import PostText
from kb.citations.read.content import Content, ReadError
from kb.citations.read.html import read_fragment
from kb.problems import Problem

_ENTITIES = re.compile(rb"<!DOCTYPE[^>\[]{0,1000}\[|<!ENTITY", re.IGNORECASE)
_PROLOG = 1 << 16
HEADER_LINES = 4
"""Title, date, address and a blank line stand above the text of a post."""
_POST_TYPES = {"post", "page", None}
_NO_STATUS = {"trash", "auto-draft", "inherit"}
_COMMENT = "schemas.google.com/blogger/2008/kind#comment"


def read_feed(content: Content) -> tuple[str, tuple[PostText, ...], tuple[Problem, ...]]:
    """Format, posts and problems of a feed.

    Raises
    ------
    ReadError
        When it defines entities, or holds no post that can be read.
    """
    head = content.data[:_PROLOG]
    root = re.search(rb"<(?:rss|(?:atom:)?feed|rdf:RDF|channel)[\s>]", head)
    if _ENTITIES.search(head[: root.start()] if root else head):
        raise ReadError(
            content.path, "defines entities of its own, as no export does", "Export it again, or remove the DOCTYPE."
        )
    entries = etree.iterparse(
        io.BytesIO(content.data),
        events=("end",),
        tag=("{*}item", "{*}entry"),
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    kind, posts = "rss", []
    try:
        for _, element in entries:
            kind = _format(kind, element)
            if (post := _post(element)) is not None:
                posts.append(post)
            element.clear()
            while (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
                parent.remove(before)
        fatal = _fatal(entries)
    except etree.XMLSyntaxError as error:
        fatal = str(error)
    problems = content.problems
    if fatal is not None:
        advice = "Export it again; the file may have been cut short."
        if not posts:
            raise ReadError(content.path, f"is a feed without a post that can be read ({fatal})", advice)
        message = f"is no whole feed; {len(posts)} posts were read ({fatal})"
        problems = (*problems, Problem(content.path, 0, "broken-feed", message, advice, "warning"))
    elif not posts:
        found = Problem(content.path, 0, "no-posts", "is a feed without a post", "Export the posts, too.", "warning")
        problems = (*problems, found)
    return kind, tuple(posts), problems


def _fatal(entries: etree.iterparse[tuple[str, etree._Element]]) -> str | None:
    worst = [entry for entry in entries.error_log if entry.level >= etree.ErrorLevels.FATAL]
    return f"line {worst[0].line}: {worst[0].message.strip()}" if worst else None


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _format(kind: str, element: etree._Element) -> str:
    if kind == "rss" and _local(element) == "entry":
        return "atom"
    if kind == "rss" and any("wordpress.org/export" in (uri or "") for uri in element.nsmap.values()):
        return "wordpress"
    return kind


_RANKS = {"encoded": 4, "content": 3, "description": 2, "summary": 1}
_SPACES = ("2005/Atom", "purl.org/atom", "purl.org/rss/", "purl.org/dc/", "wordpress.org/export", "rssnamespace.org")
_DATES = ("pubDate", "published", "date", "post_date", "updated")


def _post(element: etree._Element) -> PostText | None:
    fields: dict[str, str] = {}
    link, content, rank = None, "", 0
    for child in element:
        name = _local(child)
        if "}" in str(child.tag) and not any(space in str(child.tag) for space in _SPACES):
            continue  # media:content, itunes:summary and the like are not the post
        if name in _RANKS:
            if _RANKS[name] > rank and "excerpt" not in str(child.tag) and (text := _markup(child)).strip():
                content, rank = text, _RANKS[name]
        elif name == "link":
            href = child.get("href")
            if href is None:
                link = link or _words(child) or None
            elif child.get("rel", "alternate") == "alternate":
                link = href
        elif name == "category":
            if _COMMENT in (child.get("term") or ""):
                return None
        elif name not in {"comment", "postmeta", ""}:
            fields.setdefault(name, _words(child))
    if fields.get("post_type") not in _POST_TYPES or fields.get("status") in _NO_STATUS:
        return None
    wordpress = "post_type" in fields
    blocks = read_fragment(
        _without_shortcodes(content) if wordpress else content, HEADER_LINES + 1, paragraphs_by_newline=wordpress
    )
    return PostText(
        title=html.unescape(fields.get("title", "")) or None,
        url=link,
        date=next((fields[name] for name in _DATES if fields.get(name)), None),
        slug=fields.get("post_name") or (link or "").split("?")[0].rstrip("/").rpartition("/")[2] or None,
        blocks=blocks,
    )


def _text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False)


def _words(element: etree._Element) -> str:
    return " ".join(_text(element).split())


def _markup(element: etree._Element) -> str:
    if any(isinstance(child.tag, str) for child in element):
        return etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    text = _text(element)
    return f"<p>{html.escape(text)}</p>" if element.get("type") == "text" else text


_SHORTCODE = re.compile(
    r"\[(/?)([a-z][a-z0-9_-]{1,40})((?:\s+[\w-]{1,40}=(?:\"[^\"\]]{0,500}\"|'[^'\]]{0,500}'"
    r"|[^\s\"'\]]{1,200})){0,30})\s{0,3}/?\]"
)
_SHORTCODES = frozenset(
    ["caption", "gallery", "embed", "audio", "video", "playlist", "footnote", "more", "nextpage", "contact-form", "toc"]
)


def _without_shortcodes(content: str) -> str:
    """WordPress text without its instructions in brackets; "[1]" and "[sic]" stay.

    Examples
    --------
    >>> _without_shortcodes('[vc_row gap="5"]Rest [1].[/vc_row]')
    'Rest [1].'
    """
    if "[" not in content:
        return content
    return _SHORTCODE.sub(_kept, content)


def _kept(found: re.Match[str]) -> str:
    return "" if found[3] or found[2] in _SHORTCODES or "_" in found[2] else found[0]
