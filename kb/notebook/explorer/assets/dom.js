// Making elements. Every text goes in as a text node: nothing that the base holds can become markup.
// The files of this folder are joined to one module in the order that widget.py names.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const el = (tag, props = {}, ...children) => fill(document.createElement(tag), props, children);
const svg = (tag, props = {}, ...children) => fill(document.createElementNS(SVG, tag), props, children);

const button = (text, onclick, props = {}) => el("button", { type: "button", onclick, ...props }, text);

/** A link to a web page, or the text alone where there is no address that a browser may follow. */
function link(url, text, props = {}) {
  if (!/^https?:\/\//i.test(url ?? "")) return el("span", {}, text);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...props }, text);
}

/** A study: its name, and the way to PubMed or its DOI. */
function studyLink(study) {
  const where = /pubmed/.test(study.url ?? "") ? "open in PubMed" : "open by DOI";
  return study.url ? link(study.url, study.label, { "aria-label": `${study.label}, ${where}` }) : el("span", {}, study.label);
}

const list = (items, props = {}) => (items.length ? el("ul", props, items.map((item) => el("li", {}, item))) : null);

const fold = (summary, ...children) => el("details", {}, el("summary", {}, summary), ...children);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

const plural = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** The first items, and a button for the rest: "12 of 140: narrow down or show all". */
function firstOf(items, first, what, draw, container) {
  const parts = items.slice(0, first).map(draw);
  container.append(...parts);
  if (items.length <= first) return;
  const more = el("p", { class: "kbx-more" });
  const show = button(`Show all ${what}`, () => {
    const rest = items.slice(first).map(draw);
    container.append(...rest);
    more.remove();
    const target = rest[0];
    target.setAttribute("tabindex", "-1");
    target.focus();
  });
  more.append(`${first} of ${items.length}: narrow down or `, show);
  container.after(more);
}

/** A figure that the kernel drew, read as XML: markup that is no drawing does not get in. */
function drawing(text) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = read.documentElement;
  if (root.nodeName !== "svg" || read.querySelector("parsererror")) return null;
  for (const bad of [...root.querySelectorAll("script, foreignObject, iframe, style[src], animate, set")]) bad.remove();
  for (const node of [root, ...root.querySelectorAll("*")])
    for (const { name, value } of [...node.attributes]) {
      const outside = /href$/i.test(name) && !value.startsWith("#");
      if (/^on/i.test(name) || outside) node.removeAttribute(name);
    }
  return document.importNode(root, true);
}

/** A section of the page with its heading. */
function section(kb, test, title) {
  const id = `${kb.uid}-${test}`;
  const heading = el("h2", { id, tabindex: "-1" }, title);
  const body = el("div", { class: "kbx-body" });
  const node = el("section", { "data-testid": test, "aria-labelledby": id, class: `kbx-section ${test}` }, heading, body);
  return { node, heading, body };
}
