// The choices: only what still gives something, each with its number of studies.

const FILTERS = [
  ["condition", "Condition"], ["intervention", "Intervention"], ["outcome", "Outcome"], ["population", "Population"],
  ["design", "Study design"], ["certainty", "Certainty"], ["years_from", "Years from"], ["years_to", "Years to"],
];

function filters(kb, ...more) {
  const selects = {};
  const choose = (name, value) => {
    const view = { ...kb.view() };
    if (value === "") delete view[name];
    else view[name] = name.startsWith("years") ? Number(value) : value;
    kb.setView(view);
  };
  const fields = FILTERS.map(([name, label]) => {
    const id = `${kb.uid}-filter-${name}`;
    const select = el("select", {
      id, "data-testid": `kb-filter-${name.replace("_", "-")}`, onchange: () => choose(name, select.value),
    });
    selects[name] = select;
    return el("div", { class: "kbx-field" }, el("label", { for: id }, label), select);
  });
  const chips = el("ul", { class: "kbx-chips", "aria-label": "Chosen" });
  const clear = button("Clear", () => {
    kb.say("Everything is shown.");
    kb.setView({});
    kb.root.querySelector('[data-testid="kb-search"]').focus();
  }, { "data-testid": "kb-clear" });
  const node = el("div", { class: "kbx-filters", role: "group", "aria-label": "Choices" },
    kb.folding("Filters", el("div", { class: "kbx-fields" }, fields)), chips, clear, more);

  const set = (select, chosen, options) => {
    const wanted = [["", "Any"], ...options];
    const same = select.options.length === wanted.length
      && wanted.every(([value, text], i) => select.options[i].value === String(value) && select.options[i].text === text);
    // The element that has the focus is changed only where it must be: a screen reader would read it again.
    if (!same) select.replaceChildren(...wanted.map(([value, text]) => el("option", { value }, text)));
    select.value = chosen ?? "";
  };
  const yearOptions = (years, view, name) => {
    const from = name === "years_from";
    const inside = (year) => (from ? year <= (view.years_to ?? year) : year >= (view.years_from ?? year));
    const counted = (edge) => years.reduce((sum, [year, number]) => {
      const low = from ? edge : view.years_from ?? year, high = from ? view.years_to ?? year : edge;
      return sum + (year >= low && year <= high ? number : 0);
    }, 0);
    const known = years.map(([year]) => year).filter(inside);
    if (view[name] && !known.includes(view[name])) known.push(view[name]);
    return known.sort((a, b) => b - a).map((year) => [year, `${year} (${counted(year)})`]);
  };
  const draw = (page) => {
    for (const [name, options] of Object.entries(page.options))
      set(selects[name], page.view[name], options.map(([value, label, number]) => [value, `${label} (${number})`]));
    for (const name of ["years_from", "years_to"]) set(selects[name], page.view[name], yearOptions(page.years, page.view, name));
    chips.replaceChildren(...page.chosen.map(({ name, label }) =>
      el("li", {}, button(`${label} ×`, () => {
        choose(name, "");
        kb.say(`${label} removed.`);
        clear.focus();
      }, { "aria-label": `Remove ${label}` }))));
    chips.hidden = !page.chosen.length;
    clear.setAttribute("aria-disabled", String(!page.chosen.length));
  };
  const drawCertainty = (answer) => {
    const options = answer.certainty ?? (answer.view.certainty ? [[answer.view.certainty, answer.view.certainty, 0]] : []);
    set(selects.certainty, answer.view.certainty, options.map(([value, label, number]) => [value, `${label} (${number})`]));
    selects.certainty.disabled = !answer.certainty;
  };
  return { node, draw, drawCertainty };
}
