/* Every page: menu, theme, blocks that scroll, the filter of all pages, the map by arrow keys. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const all = (selector, inside = document) => Array.from(inside.querySelectorAll(selector));
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f'’]/g, "").toLowerCase();

  const menu = document.querySelector(".kb-menu");
  if (menu) {
    const bar = menu.closest(".kb-bar");
    const show = (open) => { bar.classList.toggle("kb-open", open); menu.setAttribute("aria-expanded", String(open)); };
    menu.hidden = false;
    menu.addEventListener("click", () => show(menu.getAttribute("aria-expanded") !== "true"));
    bar.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.getAttribute("aria-expanded") === "true") { show(false); menu.focus(); }
    });
  }

  const theme = document.querySelector(".kb-theme");
  if (theme) {
    const order = ["automatic", "light", "dark"];
    const now = () => document.documentElement.dataset.theme || "automatic";
    const say = () => { theme.textContent = `Theme: ${now() === "automatic" ? "auto" : now()}`; };
    theme.hidden = false;
    say();
    theme.addEventListener("click", () => {
      const next = order[(order.indexOf(now()) + 1) % order.length];
      if (next === "automatic") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      try {
        if (next === "automatic") localStorage.removeItem("kb-theme"); else localStorage.setItem("kb-theme", next);
      } catch { /* a browser that keeps nothing */ }
      say();
    });
  }

  const scrolling = () => all(".kb-output, .kb-scroll, .kb-map").forEach((block) => {
    const wide = block.scrollWidth > block.clientWidth + 1 || block.scrollHeight > block.clientHeight + 1;
    if (wide && !block.hasAttribute("tabindex")) {
      const above = block.closest("section")?.querySelector("h2");
      block.tabIndex = 0;
      block.setAttribute("role", "group");
      block.setAttribute("aria-label", `${block.querySelector("caption")?.textContent || above?.textContent || "Content"}, scrolls`);
    }
  });
  scrolling();
  window.addEventListener("resize", scrolling);
  document.addEventListener("toggle", scrolling, true);

  /* an address that names a place inside of something folded opens it */
  const unfold = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    for (let up = place.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
    place.scrollIntoView();
  };
  if (location.hash) unfold();
  window.addEventListener("hashchange", unfold);

  const box = document.querySelector(".kb-filter");
  if (box) {
    const entries = all(".kb-tree li");
    const words = new Map(entries.map((entry) => [entry, fold(entry.dataset.words)]));
    const status = document.querySelector(".kb-status");
    const sections = all("article section").filter((section) => section.querySelector(".kb-tree"));
    const apply = () => {
      const wanted = fold(box.value).split(/\s+/).filter(Boolean);
      let count = 0;
      entries.forEach((entry) => {
        entry.hidden = wanted.length > 0;
        entry.classList.toggle("kb-above", entry.hidden);
      });
      if (wanted.length) {
        entries.forEach((entry) => {
          if (!wanted.every((word) => words.get(entry).includes(word))) return;
          count += 1;
          entry.classList.remove("kb-above");
          for (let up = entry; up; up = up.parentElement.closest(".kb-tree li")) up.hidden = false;
        });
      }
      sections.forEach((section) => { section.hidden = !section.querySelector(".kb-tree li:not([hidden])"); });
      const none = wanted.length && !count ? ": the search looks into the pages too" : "";
      status.textContent = wanted.length ? `${count} of ${entries.length} entries${none}` : `${entries.length} entries`;
    };
    box.addEventListener("input", apply);
    apply();
  }

  /* the map: one stop for the Tab key, arrows go from cell to cell */
  const map = document.querySelector(".kb-map table");
  if (map) {
    const rows = all("tbody tr", map).map((row) => all("td", row).map((cell) => cell.querySelector("a")));
    const links = rows.flat().filter(Boolean);
    const stop = (link) => { links.forEach((other) => { other.tabIndex = other === link ? 0 : -1; }); };
    if (links.length) stop(links[0]);
    map.addEventListener("focusin", (event) => { if (links.includes(event.target)) stop(event.target); });
    map.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
      let next = null;
      if (event.key in steps) {
        let row = rows.findIndex((cells) => cells.includes(event.target));
        if (row < 0) return;
        let column = rows[row].indexOf(event.target);
        const [down, right] = steps[event.key];
        do { row += down; column += right; next = rows[row]?.[column]; } while (next === null && rows[row] && column >= 0 && column < rows[row].length);
      } else if (event.key === "Home") next = links[0];
      else if (event.key === "End") next = links[links.length - 1];
      else return;
      event.preventDefault();
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    });
  }
});
