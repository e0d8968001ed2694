/* The search, from the disk too: pages by their names first, then by the words on them; a typing error is mended.
   kbPages: [name, title, kind, other names, description, weight]; kbWords: "word page page;word page ...", base 36 steps. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("kb-q");
  const list = document.querySelector(".kb-hits");
  const status = document.querySelector(".kb-status");
  const pages = window.kbPages;
  if (!box || !list || !pages) return;
  const most = Number(list.dataset.most || 100);
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f'’]/g, "").toLowerCase();
  const split = (text) => fold(text).split(/[^a-z0-9]+/).filter(Boolean);
  const named = pages.map(([, title, , also]) => {
    const names = [title, ...also].map((name) => split(name).join(" "));
    return { names, words: ` ${names.join(" ")}` };
  });

  let texts = null;
  const vocabulary = () => {
    if (texts) return texts;
    texts = { words: [], pages: [] };
    (window.kbWords || "").split(";").forEach((entry) => {
      const [word, ...steps] = entry.split(" ");
      let page = -1;
      texts.words.push(word);
      texts.pages.push(steps.map((step) => { page += parseInt(step, 36); return page; }));
    });
    return texts;
  };
  const first = (words, word) => {
    let low = 0, high = words.length;
    while (low < high) { const middle = (low + high) >> 1; if (words[middle] < word) low = middle + 1; else high = middle; }
    return low;
  };
  const holding = (word) => {
    const { words, pages: where } = vocabulary();
    const found = new Set();
    for (let at = first(words, word); at < words.length && words[at].startsWith(word); at += 1) where[at].forEach((page) => found.add(page));
    if (!found.size && word.length > 3 && word.endsWith("s")) return holding(word.slice(0, -1));
    return found;
  };
  const distance = (one, other, limit) => {
    if (Math.abs(one.length - other.length) > limit) return limit + 1;
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      row = next;
    }
    return row[other.length];
  };
  const known = new Set(named.flatMap(({ words }) => words.split(" ").filter((word) => word.length > 2)));
  const nearest = (word) => {
    const limit = word.length > 6 ? 2 : 1;
    let best = null, least = limit + 1;
    for (const words of [known, vocabulary().words]) {
      for (const other of words) { const far = distance(word, other, limit); if (far < least) { least = far; best = other; } }
      if (best) return best;
    }
    return null;
  };

  const score = ({ names, words }, wanted, phrase) => {
    if (!wanted.every((word) => words.includes(` ${word}`))) return 0;
    if (names[0] === phrase) return 100;
    if (names.includes(phrase)) return 95;
    if (names[0].startsWith(phrase)) return 70;
    if (names.some((name) => name.startsWith(phrase))) return 65;
    if (names.some((name) => ` ${name}`.includes(` ${phrase}`))) return 55;
    return 40;
  };
  const search = (text) => {
    const wanted = split(text);
    if (!wanted.length) return [];
    const phrase = wanted.join(" ");
    const sets = window.kbWords ? wanted.map(holding) : [];
    const hits = [];
    pages.forEach(([, , kind, , , weight], page) => {
      let worth = score(named[page], wanted, phrase);
      if (!worth && sets.length && wanted.every((word, at) => sets[at].has(page) || named[page].words.includes(` ${word}`))) worth = 10;
      if (worth) hits.push([worth + ({ Condition: 4, Intervention: 3, Comparison: 2, Study: 1 }[kind] || 0) + Math.min(weight, 99) / 100, page]);
    });
    return hits.sort((one, other) => other[0] - one[0] || one[1] - other[1]).map(([, page]) => page);
  };

  const show = () => {
    let text = box.value.trim();
    let hits = search(text);
    let said = "";
    if (text && !hits.length) {
      const mended = split(text).map((word) => (search(word).length ? word : nearest(word) || word)).join(" ");
      hits = search(mended);
      if (hits.length) said = `Nothing has “${text}”; shown is “${mended}”. `;
    }
    list.replaceChildren(...hits.slice(0, most).map((page) => {
      const [name, title, kind, also, description] = pages[page];
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${name}.html`;
      link.textContent = title;
      const label = document.createElement("span");
      label.className = "kb-kind";
      label.textContent = also.length && kind !== "Comparison" && kind !== "Study" ? `${kind} · ${also[0]}` : kind;
      const told = document.createElement("p");
      told.textContent = description;
      item.append(link, label, told);
      return item;
    }));
    if (!text) status.textContent = "";
    else if (!hits.length) status.textContent = `Nothing was found for “${text}”. Try fewer or other words.`;
    else status.textContent = `${said}${hits.length === 1 ? "1 page" : `${hits.length} pages`}${hits.length > most ? `, the first ${most} shown${list.dataset.most ? "; Enter shows more" : ""}` : ""}`;
  };
  const given = new URLSearchParams(location.search).get("q");
  if (given) box.value = given;
  box.addEventListener("input", show);
  show();
  if (!given && document.body.dataset.kbFocus !== undefined) box.focus();
});
