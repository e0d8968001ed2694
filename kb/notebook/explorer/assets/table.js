// The table: sorted by its headers, filtered by a text, opened in PubMed, copied as Markdown, HTML or for Word.

const FIRST_ROWS = 25;
const COPIES = [["markdown", "Markdown"], ["html", "HTML"], ["word", "Word"]];

function compare(a, b, sign) {
  if (a === null || b === null) return (a === null) - (b === null); // unknown stands last, whichever way
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}

function evidenceTable(kb, part) {
  let table = { columns: [], rows: [], notes: [] }, sorted = null, all = false, words = "";
  const filterId = `${kb.uid}-table-filter`, sortId = `${kb.uid}-table-sort`;
  const filter = el("input", { id: filterId, type: "text", autocomplete: "off", "data-testid": "kb-table-filter",
    oninput: () => { words = filter.value; all = false; rows(); } });
  const sorting = el("select", { id: sortId, onchange: () => sortBy(sorting.value === "" ? null : Number(sorting.value)) });
  const caption = el("caption"), head = el("thead", { role: "rowgroup" }), body = el("tbody", { role: "rowgroup" });
  const grid = el("table", { role: "table" }, caption, head, body);
  const more = el("p", { class: "kbx-more" }), notes = el("div", { class: "kbx-small" }), paste = el("div");
  const copies = COPIES.map(([kind, label]) => button(kind === "word" ? "Copy for Word" : `Copy as ${label}`, () => copy(kind, label), { "data-testid": `kb-copy-${kind}` }));
  const none = el("p", {}, "No study.");
  const whole = el("div", {},
    el("div", { class: "kbx-tools" },
      el("div", { class: "kbx-field" }, el("label", { for: filterId }, "Filter the table by a word"), filter),
      el("div", { class: "kbx-field kbx-sorting" }, el("label", { for: sortId }, "Sort by"), sorting),
      el("div", { class: "kbx-buttons" }, copies)),
    paste, grid, more, notes);
  part.body.append(none, whole);

  const shown = () => {
    const tokens = words.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => tokens.every((token) => row.cells.some((cell) => cell.toLowerCase().includes(token)));
    const places = table.rows.map((_, i) => i).filter((i) => fits(table.rows[i]));
    if (!sorted) return places;
    const sign = sorted.down ? -1 : 1;
    const value = (i) => table.rows[i].sort[sorted.column];
    return places.sort((a, b) => compare(value(a), value(b), sign) || a - b);
  };
  const rowOf = (i) => {
    const row = table.rows[i];
    return el("tr", { role: "row" }, table.columns.map(({ name, label }, column) => {
      const text = row.cells[column];
      if (column === 0) return el("th", { scope: "row", role: "rowheader", "data-label": label }, studyLink({ label: text, url: row.url }));
      return el("td", { role: "cell", "data-label": label, class: `kbx-col-${name}` }, text);
    }));
  };
  const rows = () => {
    const places = shown(), limit = all ? places.length : FIRST_ROWS;
    body.replaceChildren(...places.slice(0, limit).map(rowOf));
    caption.replaceChildren(`Evidence: ${places.length === table.rows.length ? plural(places.length, "row") : `${places.length} of ${plural(table.rows.length, "row")}`}`);
    more.replaceChildren();
    if (places.length > limit)
      more.append(`${limit} of ${places.length} rows: narrow down or `, button("Show all rows", () => {
        all = true;
        rows();
        const next = body.children[limit];
        next.setAttribute("tabindex", "-1");
        next.focus();
      }));
    if (words) kb.say(`${plural(places.length, "row fits", "rows fit")}.`);
  };
  const headers = () => {
    head.replaceChildren(el("tr", { role: "row" }, table.columns.map(({ label }, column) => {
      const mine = sorted?.column === column;
      const way = mine ? (sorted.down ? "descending" : "ascending") : "none";
      return el("th", { scope: "col", role: "columnheader", "aria-sort": way },
        button([label, el("span", { "aria-hidden": "true", class: "kbx-arrow" }, mine ? (sorted.down ? " ▼" : " ▲") : " ↕")], () => sortBy(column)));
    })));
  };
  const sortBy = (column) => {
    const again = sorted && sorted.column === column;
    sorted = column === null ? null : { column, down: again ? !sorted.down : false };
    [...head.querySelectorAll("th")].forEach((cell, i) => {
      const mine = sorted?.column === i;
      cell.setAttribute("aria-sort", mine ? (sorted.down ? "descending" : "ascending") : "none");
      cell.querySelector(".kbx-arrow").textContent = mine ? (sorted.down ? " ▼" : " ▲") : " ↕";
    });
    sorting.value = column === null ? "" : String(column);
    rows();
    if (sorted) kb.say(`Sorted by ${table.columns[column].label}, ${sorted.down ? "descending" : "ascending"}.`);
  };

  const copy = async (kind, label) => {
    const count = shown().length;
    const asking = kb.ask({ ask: "copy", format: kind, rows: shown() }).then((reply) => {
      if (reply.error) throw new Error(reply.error);
      return reply.data;
    });
    try {
      await toClipboard(asking, kind === "word" ? ["text/html", "text/plain"] : ["text/plain"]);
      paste.replaceChildren();
      kb.say(`${plural(count, "row")} copied ${kind === "word" ? "for" : "as"} ${label}.`);
    } catch {
      const data = await asking.catch((error) => ({ "text/plain": String(error.message) }));
      byHand(data, label);
    }
  };
  const byHand = (data, label) => {
    const id = `${kb.uid}-paste`;
    const text = el("textarea", { id, rows: "8", readonly: true, spellcheck: "false" });
    text.value = data["text/plain"];
    const again = button("Copy", () => {
      const listen = (event) => {
        for (const [type, content] of Object.entries(data)) event.clipboardData.setData(type, content);
        event.preventDefault();
      };
      document.addEventListener("copy", listen, { once: true });
      text.select();
      const done = document.execCommand("copy");
      document.removeEventListener("copy", listen);
      kb.say(done ? `Copied as ${label}.` : "Press Ctrl+C (on a Mac Cmd+C) to copy.");
    });
    paste.replaceChildren(el("div", { class: "kbx-paste" },
      el("label", { for: id }, `The browser did not let the page copy. ${label}: press Copy, or select the text and copy it.`), text, again,
      button("Close", () => { paste.replaceChildren(); copies[0].focus(); })));
    text.focus();
    text.select();
  };

  return (page) => {
    table = page.table;
    all = false;
    words = filter.value = "";
    sorted = null;
    none.hidden = table.rows.length > 0;
    whole.hidden = !table.rows.length;
    sorting.replaceChildren(el("option", { value: "" }, "newest first"), ...table.columns.map(({ label }, i) => el("option", { value: i }, label)));
    headers();
    rows();
    paste.replaceChildren();
    notes.replaceChildren(...table.notes.map((text) => el("p", {}, text)));
  };
}

/** Write what will come; a browser that wants the click's own moment gets a promise. */
async function toClipboard(asking, types) {
  if (!navigator.clipboard) throw new Error("no clipboard");
  if (typeof ClipboardItem === "undefined" || !navigator.clipboard.write)
    return navigator.clipboard.writeText((await asking)["text/plain"]);
  const item = Object.fromEntries(types.map((type) => [type, asking.then((data) => new Blob([data[type]], { type }))]));
  return navigator.clipboard.write([new ClipboardItem(item)]);
}
