// The search box: a combobox with a list (WAI-ARIA Authoring Practices 1.2). Enter takes the first.

const NOUNS = {
  condition: "condition", intervention: "treatment", outcome: "outcome", population: "people", study: "study",
  post: "post", claim: "claim",
};

function searchBox(kb) {
  const id = `${kb.uid}-search`;
  const listId = `${id}-list`;
  const input = el("input", {
    id, type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId,
    autocomplete: "off", spellcheck: "false", "data-testid": "kb-search", "aria-describedby": `${id}-hint`,
  });
  const options = el("ul", { id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
  let found = [], active = -1, asked = 0, wanted = false;

  const close = () => {
    options.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    active = place;
    [...options.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", options.children[place].id);
    options.children[place].scrollIntoView?.({ block: "nearest" });
  };
  const choose = (place) => {
    const one = found[place];
    if (!one) return;
    input.value = "";
    asked += 1;
    found = [];
    close();
    kb.add(one.noun, one.id);
  };
  const show = () => {
    options.replaceChildren(
      ...found.map((one, i) =>
        el(
          "li",
          { id: `${listId}-${i}`, role: "option", "aria-selected": "false", onclick: () => choose(i) },
          el("span", { class: "kbx-name" }, one.label),
          one.through ? el("span", { class: "kbx-small" }, ` ${one.through}`) : null,
          el("span", { class: "kbx-noun" }, ` ${NOUNS[one.noun] ?? one.noun}`),
        ),
      ),
    );
    options.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
    kb.say(found.length ? `${plural(found.length, "suggestion")}. Enter takes the first: ${found[0].label}.` : "Nothing fits. Try another word.");
  };
  const look = async () => {
    const words = input.value.trim();
    const mine = ++asked;
    wanted = false;
    if (!words) {
      found = [];
      return close();
    }
    const reply = await kb.ask({ ask: "suggest", words });
    if (mine !== asked) return;
    found = reply.found ?? [];
    show();
    asked = 0;
    if (wanted) choose(0);
  };
  const keys = {
    ArrowDown: () => found.length && (options.hidden ? show() : mark((active + 1) % found.length)),
    ArrowUp: () => found.length && mark((active <= 0 ? found.length : active) - 1),
    Enter: () => {
      if (asked) wanted = true;
      else choose(Math.max(active, 0));
    },
    Escape: () => (options.hidden ? (input.value = "") : close()),
  };
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.isComposing) return;
    event.preventDefault();
    act();
  });
  input.addEventListener("blur", close);
  options.addEventListener("mousedown", (event) => event.preventDefault());
  return el(
    "div",
    { class: "kbx-search", role: "search", "aria-label": "Evidence" },
    el("label", { for: id }, "Search"),
    el("div", { class: "kbx-combobox" }, input, options),
    el("p", { id: `${id}-hint`, class: "kbx-small" }, "A condition, treatment, outcome, group of people, study or post; a patient's words work too. Enter takes the first suggestion."),
  );
}
