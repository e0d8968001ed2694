"""Texts that must stay text in every output: markup, scripts, formulas, commands, and characters that break parsers.

``STRINGS`` is for any test that follows a text from the evidence, from PubMed or from a post into a file.
"""

from __future__ import annotations

SCRIPTS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</table><script>alert(1)</script>",
    "</td></tr></table><h1>Out</h1>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src="https://example.org/"></iframe>',
    "' onmouseover='alert(1)",
    '" style="position:fixed" x="',
    "<style>*{display:none}</style>",
    "<!-- --><b>bold</b><!-- ",
    "<![CDATA[<b>x</b>]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hosts'>]>&e;",
    "&lt;script&gt; &amp; &#60;b&#62; &nbsp;",
    "{{ 7*7 }} ${7*7} <%= 7*7 %> {% raw %}",
)
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/hosts",
    "//example.org/x",
    "https://",
    'https://example.org/" onclick="alert(1)',
    "https://example.org/<b>",
    "https://example.org/ x",
    "https://[::1",
)
"""Addresses that must never become a link."""
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org/","x")',
    "+1+1",
    "-1+1",
    "-2 to 3",
    "@SUM(A1:A2)",
    "  =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
)
"""What a spreadsheet takes for a formula."""
MARKDOWN = (
    "[a](javascript:alert(1))",
    "![a](https://example.org/x.png)",
    "[a]: https://example.org/",
    "<https://example.org/>",
    "https://example.org/bare www.example.org a@example.org",
    "*a* **b** _c_ __d__ ~~e~~ `f` ``g``",
    "| a | b |",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quotation",
    "---",
    "===",
    "```",
    "\\*not escaped\\*",
    "line one\nline two\n\nparagraph",
    "a\\",
    "$x$ $$y$$",
    "[^1] [^1]: note",
    ":::{raw} html\n<b>x</b>\n:::",
)
LATEX = (
    "\\input{/etc/hosts}",
    "\\immediate\\write18{ls}",
    "\\end{longtable}\\section{Out}",
    "50% & more # of $5 _x_ ^y^ ~z {a} [b]",
    "}{",
    "% gone",
    "^^5cinput",
    "\\\\ \\hline",
    "\\\\[9cm] *",
)
CHARACTERS = (
    "a\x00b",
    "\x01\x02\x08\x0b\x0c\x0e\x1f\x7f\x85\x9f",
    "lone \ud800 surrogate \udfff",
    "\ufffe\uffff",
    "5.1 \u202e9.5 mm\u202c \u2066x\u2069 \u200f",
    "_x0041_ _x005F_ _x000D_",
    "\u2028line\u2029paragraph",
    "e\u0301 \U0001f9e0 \u4e2d\u6587 \u0627\u0644 \u1e9e",
    "\u00a0\u2009\u3000",
    "''quoted'' \"twice\"",
    "a;b,c\td",
)
LONG = ("x" * 10_000, "word " * 2_000)

STRINGS = (*SCRIPTS, *LINKS, *FORMULAS, *MARKDOWN, *LATEX, *CHARACTERS, *LONG, "", " ")
"""Everything."""
