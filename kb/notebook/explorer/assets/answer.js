// The answer first: one sentence a comparison, how sure it is and who says so; then the forest plots.

function headline(one) {
  return el(
    "li",
    { class: "kbx-headline" },
    el("h3", {}, one.title),
    el("p", { class: "kbx-lead" }, one.words),
    el("p", {}, `${one.numbers}. Favours: ${one.favours}. `, el("span", { class: `kbx-tag kbx-level-${one.level}` }, one.certainty)),
    one.surrogate ? el("p", { class: "kbx-small" }, "This outcome only stands for what patients feel.") : null,
    el("p", { class: "kbx-small" }, "Source: ", one.source, ". Read: ",
      one.studies.map((study, i) => [i ? ", " : "", studyLink(study)])),
    fold("Why this certainty, and in words for a patient",
      el("p", {}, el("strong", {}, "For a patient: "), one.patient),
      list(one.reasons) ?? el("p", {}, "Nobody and no rule rated it.")),
  );
}

function drawAnswer(kb, part, page, answer) {
  const headlines = el("ol", { class: "kbx-headlines" });
  part.body.replaceChildren(
    el("p", { class: "kbx-about" }, page.words),
    el("p", { class: "kbx-lead" }, page.lead, " ", answer.words ?? ""),
    answer.pending ? el("p", {}, "The answer is being worked out.") : "",
    headlines,
    ...(answer.notes ?? []).map((text) => el("p", { class: "kbx-small" }, text)),
  );
  firstOf(answer.headlines ?? [], 5, "answers", headline, headlines);
  if (!headlines.children.length) headlines.remove();
}

function forest(one) {
  const drawn = drawing(one.svg);
  return el(
    "figure",
    {},
    el("h3", { class: "kbx-hidden" }, one.title), // the drawing shows it
    drawn ?? el("p", {}, one.title),
    drawn ? fold("The figure in words", el("p", {}, one.words)) : el("p", {}, one.words),
  );
}

function drawForests(kb, part, page, answer) {
  if (answer.pending) return part.body.replaceChildren(el("p", {}, "The figure is being worked out."));
  const shown = answer.harvest ? [answer.harvest] : answer.forests;
  if (!shown.length) return part.body.replaceChildren(el("p", {}, "Nothing here can be drawn as a number with an interval: see the table."));
  const figures = el("div", { class: "kbx-figures" }, shown.map(forest));
  part.body.replaceChildren(figures);
  let drawn = shown.length;
  if (answer.harvest || drawn >= answer.forests_in_all) return;
  const told = el("span"), more = el("p", { class: "kbx-more" }, told);
  const count = () => told.replaceChildren(`${drawn} of ${answer.forests_in_all} figures: narrow down or `);
  const show = button("show the next ones", async () => {
    const reply = await kb.ask({ ask: "forests", from: drawn, number: 4 });
    const made = (reply.forests ?? []).map(forest);
    figures.append(...made);
    drawn += made.length;
    made[0]?.setAttribute("tabindex", "-1");
    made[0]?.focus();
    if (drawn >= answer.forests_in_all || !made.length) more.remove();
    else count();
  });
  count();
  more.append(show);
  part.body.append(more);
}
