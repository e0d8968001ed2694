// The graph, to click through: a drawing of what touches one thing, and the same as lists.

const SIDES = { left: ["condition", "intervention", "outcome", "population"], right: ["study", "post", "claim"] };
const BOX = { width: 250, height: 40, gap: 8, drawn: 4 };

const cutText = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

function lines(text) {
  const words = text.split(" ");
  let first = "";
  while (words.length && (first + words[0]).length < 33) first += `${first ? " " : ""}${words.shift()}`;
  if (!first) return [cutText(text, 33)];
  return words.length ? [first, cutText(words.join(" "), 33)] : [first];
}

function graph(kb, part) {
  const said = (node) => `${NOUNS[node.noun]}: ${node.label}${node.words ? `, ${node.words}` : ""}`;
  const go = async (node) => {
    const reply = await kb.ask({ ask: "graph", noun: node.noun, thing: node.id });
    if (reply.error) return kb.say(reply.error);
    draw(reply.graph);
    part.body.querySelector("h3").focus();
    kb.say(`In the middle: ${said(reply.graph.centre)}.`);
  };
  const box = (node, x, y, centre) => {
    const told = lines(node.label), middle = y + BOX.height / 2;
    const group = svg("g", centre ? { class: "kbx-node kbx-centre" } : {
        class: `kbx-node kbx-${node.noun}`, role: "button", tabindex: "-1", "aria-label": said(node), onclick: () => go(node),
      },
      svg("title", {}, said(node)),
      svg("rect", { x, y, width: BOX.width, height: BOX.height, rx: 6 }),
      told.map((line, i) => svg("text", { x: x + 10, y: middle + 4 + (i - (told.length - 1) / 2) * 15 }, line)));
    return group;
  };
  const picture = (around) => {
    const column = (kinds) => around.groups.filter((g) => kinds.includes(g.kind)).flatMap((g) => g.nodes.slice(0, BOX.drawn));
    const left = column(SIDES.left), right = column(SIDES.right);
    const height = Math.max(left.length, right.length, 1) * (BOX.height + BOX.gap) + BOX.gap;
    const middle = height / 2, at = { left: 4, centre: 325, right: 646 };
    const places = (nodes) => nodes.map((node, i) => [node, middle + (i - nodes.length / 2) * (BOX.height + BOX.gap) + BOX.gap / 2]);
    const curve = (x1, y1, x2, y2) => svg("path", { class: "kbx-edge", d: `M${x1} ${y1} C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}` });
    const edges = [
      ...places(left).map(([, y]) => curve(at.left + BOX.width, y + BOX.height / 2, at.centre, middle)),
      ...places(right).map(([, y]) => curve(at.centre + BOX.width, middle, at.right, y + BOX.height / 2)),
    ];
    const nodes = [...places(left).map(([node, y]) => box(node, at.left, y)), ...places(right).map(([node, y]) => box(node, at.right, y))];
    const drawn = svg("svg", { viewBox: `0 0 900 ${height}`, role: "group", "aria-label": "What stands around it; arrow keys move, Enter goes there" },
      edges, box(around.centre, at.centre, middle - BOX.height / 2, true), nodes);
    nodes[0]?.setAttribute("tabindex", "0");
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    drawn.addEventListener("keydown", (event) => {
      const here = nodes.indexOf(event.target);
      if (here < 0) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.target.dispatchEvent(new MouseEvent("click"));
      } else if (steps[event.key]) {
        event.preventDefault();
        const next = nodes[(here + steps[event.key] + nodes.length) % nodes.length];
        nodes[here].setAttribute("tabindex", "-1");
        next.setAttribute("tabindex", "0");
        next.focus();
      }
    });
    return drawn;
  };
  const lists = (around) => el("div", { class: "kbx-around" }, around.groups.map((group) =>
    el("div", {},
      el("h4", {}, capital(group.label)),
      nodeList(group.nodes, group.label),
      group.more ? el("p", { class: "kbx-small" }, `${group.more} more, not listed.`) : null)));
  const nodeList = (nodes, what) => {
    const all = el("ul"), holder = el("div", {}, all);
    firstOf(nodes, 8, what, (node) => el("li", {},
      button(node.label, () => go(node), { class: "kbx-plain", "aria-label": `Go to ${said(node)}` }),
      node.words ? el("span", { class: "kbx-small" }, ` ${node.words}`) : "",
      node.url ? [" ", link(node.url, "open", { "aria-label": `Open ${node.label}`, class: "kbx-small" })] : ""), all);
    return holder;
  };
  const draw = (around) => {
    if (!around) return part.body.replaceChildren(el("p", {}, "Choose a condition, a treatment, a study or a post to see what stands around it."));
    const { centre } = around, chosen = centre.choose;
    part.body.replaceChildren(
      el("h3", { tabindex: "-1" }, capital(`${NOUNS[centre.noun]}: ${centre.label}`)),
      el("p", {}, button(chosen.noun === centre.noun ? "Choose this" : `Choose its ${NOUNS[chosen.noun]}`, () => kb.add(chosen.noun, chosen.id), { "data-testid": "kb-choose" }),
        centre.url ? [" ", link(centre.url, /pubmed/.test(centre.url) ? "Open in PubMed" : "Open by DOI")] : ""),
      el("div", { class: "kbx-picture" }, picture(around)),
      lists(around));
  };
  return (page) => draw(page.graph);
}
