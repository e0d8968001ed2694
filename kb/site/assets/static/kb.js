/* The filter of the index: shows the entries that hold every word, and what they stand under. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector(".kb-filter");
  if (!box) return;
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f'’]/g, "").toLowerCase();
  const entries = Array.from(document.querySelectorAll(".kb-tree li"));
  const words = new Map(entries.map((entry) => [entry, fold(entry.dataset.words)]));
  const status = document.querySelector(".kb-status");
  const sections = Array.from(document.querySelectorAll("article section section"))
    .filter((section) => section.querySelector(".kb-tree"));
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
    const none = wanted.length && !count ? ": the search at the top looks into the pages, studies and authors too" : "";
    status.textContent = wanted.length ? `${count} of ${entries.length} pages${none}` : `${entries.length} pages`;
  };
  box.addEventListener("input", apply);
  apply();
});
