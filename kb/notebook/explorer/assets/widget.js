// The page: its parts, what they are drawn from, and the way to the kernel.

let pages = 0;
const NARROW = 700; // px from which on figures are drawn for a wide page
const SMALL = { width: 760, height: 560 }; // px below which the answer would stand below the fold, e.g. at 200 %

/** The kernel: questions with replies, and the view. */
function wire(model, root, live) {
  const waiting = new Map();
  let last = 0;
  const onReply = (message) => {
    waiting.get(message?.id)?.(message);
    waiting.delete(message?.id);
  };
  model.on("msg:custom", onReply);
  let saying;
  const folds = [];
  const kb = {
    model, root, uid: `kbx${++pages}`,
    ask: (asked) => new Promise((resolve) => {
      last += 1;
      const id = `${kb.uid}-${last}`;
      waiting.set(id, resolve);
      model.send({ ...asked, id });
    }),
    say: (text) => {
      clearTimeout(saying);
      saying = setTimeout(() => live.replaceChildren(text), 150);
    },
    /** At once, for on a small page it stands in sight: never the answer to another choice. */
    tell: (text, more) => {
      clearTimeout(saying);
      live.replaceChildren(text, more ? el("span", { class: "kbx-first" }, ` ${more}`) : "");
    },
    /** Something that a small page folds behind its name, and a large one shows without it. */
    folding: (name, node) => {
      const made = fold(name, node);
      made.classList.add("kbx-folding");
      made.open = true;
      folds.push(made);
      return made;
    },
    fit: (width) => {
      const small = width < SMALL.width || window.innerHeight < SMALL.height;
      if (root.dataset.small === String(small)) return;
      root.dataset.small = String(small);
      for (const one of folds) one.open = !small || one.contains(document.activeElement);
    },
    view: () => model.get("view") ?? {},
    setView: (view) => {
      root.setAttribute("data-ready", "false");
      root.setAttribute("aria-busy", "true");
      model.set("view", view);
      model.save_changes();
    },
    add: async (noun, id) => {
      const reply = await kb.ask({ ask: "add", noun, thing: id });
      if (reply.said) kb.say(`${reply.said} ${kb.shown ?? ""}`);
    },
    off: () => model.off("msg:custom", onReply),
  };
  return kb;
}

function render({ model, el: host }) {
  const live = el("p", { role: "status", "aria-live": "polite", class: "kbx-live" });
  const root = el("div", { class: "kb-explorer", "data-ready": "false", lang: "en", "data-lm-suppress-shortcuts": "true", role: "region", "aria-label": "Evidence explorer" });
  const kb = wire(model, root, live);
  const saved = saveBox(kb);
  const parts = {
    answer: section(kb, "kb-answer", "The answer"),
    forest: section(kb, "kb-forest", "Forest plot"),
    table: section(kb, "kb-table", "The studies, finding by finding"),
    graph: section(kb, "kb-graph", "What stands around it"),
    posts: section(kb, "kb-posts", "What do our posts say about this"),
    news: section(kb, "kb-new", "What is new"),
    disagrees: section(kb, "kb-disagrees", "What disagrees"),
  };
  const drawTable = evidenceTable(kb, parts.table), drawGraph = graph(kb, parts.graph);
  const jumps = el("nav", { "aria-label": "Parts of this page", class: "kbx-jumps" }, el("ul", {}, Object.values(parts).map(({ heading }) =>
    el("li", {}, button(heading.textContent, () => { heading.scrollIntoView(); heading.focus({ preventScroll: true }); }, { class: "kbx-plain" })))));
  const chosen = filters(kb, saved.save, saved.told, kb.folding("Go to", jumps));
  root.append(searchBox(kb), chosen.node, live, ...Object.values(parts).map((part) => part.node));
  kb.fit(window.innerWidth);
  host.append(root);
  // JupyterLab looks at the element that has the focus, not at what it lies in: a key there is no command.
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));

  const drawSaved = () => saved.draw(model.get("saved") ?? {});
  let drawn = null, told = "";
  const tell = (page, answer) => {
    const first = (answer.headlines ?? [])[0];
    const more = answer.pending ? "The answer is being worked out." : first ? `First answer: ${first.words}` : answer.words ?? "";
    if (`${kb.shown} ${more}` !== told) kb.tell(kb.shown, more);
    told = `${kb.shown} ${more}`;
  };
  const draw = () => {
    const page = model.get("page") ?? {}, answer = model.get("answer") ?? {};
    if (!page.view || !answer.view) return;
    const same = JSON.stringify(page.view) === JSON.stringify(answer.view);
    if (!same) return; // the other half is on its way
    if (drawn !== page) {
      chosen.draw(page);
      drawTable(page);
      drawGraph(page);
      drawPosts(kb, parts.posts, page);
      drawNews(kb, parts.news, page);
      kb.shown = page.studies ? `${plural(page.studies, "study", "studies")}, ${plural(page.table.rows.length, "row")} in the table.` : "No study fits.";
      drawn = page;
      told = "";
      drawSaved();
    }
    tell(page, answer);
    chosen.drawCertainty(answer);
    drawAnswer(kb, parts.answer, page, answer);
    drawForests(kb, parts.forest, page, answer);
    drawDisagrees(kb, parts.disagrees, answer);
    root.setAttribute("data-view", JSON.stringify(page.view));
    root.setAttribute("aria-busy", "false");
    root.setAttribute("data-ready", String(!answer.pending));
  };
  model.on("change:page", draw);
  model.on("change:answer", draw);
  model.on("change:saved", drawSaved);
  draw();
  drawSaved();

  let asked;
  const refit = () => root.clientWidth && kb.fit(root.clientWidth);
  window.addEventListener("resize", refit);
  const watch = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(([entry]) => {
    refit();
    const narrow = entry.contentRect.width > 0 && entry.contentRect.width < NARROW;
    if (entry.contentRect.width === 0 || narrow === asked || narrow === Boolean(model.get("narrow"))) return;
    asked = narrow;
    model.set("narrow", narrow);
    model.save_changes();
  });
  watch?.observe(root);
  return () => {
    watch?.disconnect();
    window.removeEventListener("resize", refit);
    kb.off();
    model.off("change:page", draw);
    model.off("change:answer", draw);
    model.off("change:saved", drawSaved);
    root.remove();
  };
}

export default { render };
