"""The explorer in a bare page: the real script and style, and the real widget behind a small model."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

from kb.notebook.explorer.widget import Explorer, script, style

TRAITS = ("view", "page", "answer", "saved", "narrow")

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Explorer</title><style>body { margin: 0 } :root { color-scheme: light dark }</style></head>
<body><main><h1>Evidence</h1><div id="here"></div></main></body></html>"""

MODEL = """
const state = await kernel("start", null);
const listeners = {};
const tell = (name, ...given) => [...(listeners[name] ?? [])].forEach((f) => f(...given));
const take = (changed) => {
  Object.assign(state, changed);
  for (const name of Object.keys(changed)) tell(`change:${name}`);
};
const dirty = {};
const model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; dirty[name] = value; },
  save_changes: async () => {
    const sent = { ...dirty };
    for (const name of Object.keys(dirty)) delete dirty[name];
    take(await kernel("set", sent));
  },
  send: async (asked) => {
    const { replies, changed } = await kernel("ask", asked);
    take(changed);
    replies.forEach((reply) => tell("msg:custom", reply));
  },
  on: (name, f) => { (listeners[name] ??= []).push(f); },
  off: (name, f) => { listeners[name] = (listeners[name] ?? []).filter((g) => g !== f); },
};
window.take = take;
widget.render({ model, el: document.getElementById("here") });
"""


class Kernel:
    """What a kernel does for the page: traits that changed, and replies."""

    def __init__(self, base: Any) -> None:
        self.replies: list[dict[str, Any]] = []
        with patch("kb.notebook.explorer.widget._running_loop", return_value=None):  # the browser's loop is no kernel's
            self.explorer = Explorer(base)
        self.explorer.send = self.replies.append

    def state(self) -> dict[str, Any]:
        return {name: getattr(self.explorer, name) for name in TRAITS}

    def changed(self, before: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in self.state().items() if value is not before[name]}

    def __call__(self, kind: str, given: Any) -> Any:
        before = self.state()
        if kind == "start":
            return plain(before)
        if kind == "set":
            self.explorer.set_state(given)
            return plain(self.changed(before))
        self.replies.clear()
        self.explorer._handle_custom_msg(given, [])
        return plain({"replies": list(self.replies), "changed": self.changed(before)})


def plain(data: Any) -> Any:
    return json.loads(json.dumps(data))


def module() -> str:
    """The script as part of one inline module."""
    return script().replace("export default { render };", "const widget = { render };")


def open_explorer(tab: Any, base: Any) -> Kernel:
    """Show the explorer of a base in a tab, and wait until it is drawn."""
    kernel = Kernel(base)
    tab.expose_function("kernel", kernel)
    tab.set_content(PAGE)
    tab.add_style_tag(content=style())
    tab.add_script_tag(content=f"{module()}\n{MODEL}", type="module")
    tab.wait_for_selector('.kb-explorer[data-ready="true"]')
    return kernel


def ready(tab: Any, **view: Any) -> None:
    """Wait until a view is drawn."""
    tab.wait_for_function(
        "wanted => { const root = document.querySelector('.kb-explorer');"
        " if (root.dataset.ready !== 'true') return false; const view = JSON.parse(root.dataset.view);"
        " return Object.keys(view).length === Object.keys(wanted).length"
        " && Object.keys(wanted).every((name) => view[name] === wanted[name]); }",
        arg=view,
    )
