// What the posts say, what is new, what disagrees.

const withWords = (study) => [studyLink(study), `: ${study.words}`];

function drawPosts(kb, part, { posts }) {
  const claims = el("ul", { class: "kbx-claims" });
  part.body.replaceChildren(el("p", {}, posts.words), claims);
  firstOf(posts.claims, 6, "claims", (claim) => el("li", {},
    el("p", {}, el("strong", {}, claim.statement)),
    el("p", {}, el("span", { class: `kbx-tag kbx-verdict-${claim.kind}` }, claim.verdict), " ", claim.reason),
    el("p", { class: "kbx-small" }, "In: ", link(claim.url, claim.post), `. Verdict: ${claim.who}.`),
    claim.studies.length ? fold(`${plural(claim.studies.length, "judgement")} of studies on this claim`, list(claim.studies.map(withWords))) : null), claims);
  if (!claims.children.length) claims.remove();
}

function drawNews(kb, part, { news }) {
  part.body.replaceChildren(
    el("h3", {}, "Retractions and corrections"),
    list(news.notices.map((notice) => [studyLink(notice.study), `: ${notice.words}`])) ?? el("p", {}, "No notice is known for these studies."),
    news.known ? el("p", { class: "kbx-small" }, news.known) : "",
    el("h3", {}, "Newest studies here"),
    list(news.newest.map((one) => [studyLink(one.study), ` (${one.year}, ${one.design}): ${one.title}`])) ?? el("p", {}, "No study."),
    el("h3", {}, "Found in PubMed and not in the base yet"),
    el("p", {}, news.watch),
    list(news.waiting.map((one) => [link(one.url, one.label), ` (${one.words})`])) ?? "",
    ...(news.changes.length ? [el("h3", {}, "Changes of the base"), list(news.changes.map((one) => `${one.date}: ${one.words}`))] : []),
  );
}

function drawDisagrees(kb, part, answer) {
  const found = answer.disagrees;
  if (!found) return part.body.replaceChildren(el("p", {}, "This is being worked out."));
  const block = (title, note, items, draw) => {
    if (!items.length) return [];
    const all = el("ul");
    const holder = el("div", {}, el("h3", {}, title), el("p", { class: "kbx-small" }, note), all);
    firstOf(items, 8, "of them", (item) => el("li", {}, draw(item)), all);
    return [holder];
  };
  const against = (claim) => [el("strong", {}, claim.statement), el("span", { class: "kbx-small" }, ` (${claim.post})`), list(claim.studies.map(withWords))];
  const parts = [
    ...block("Findings against the best estimate", "By rule: the finding points another way than the best estimate of its comparison.", found.dissent,
      (item) => [studyLink(item.study), `: ${item.words}. ${item.about}`]),
    ...block("Claims that a study contradicts", "Judged by the curator from abstracts; not yet reviewed by a clinician.", found.judged, against),
    ...block("Findings that point another way than a claim", "By rule: same condition, intervention and outcome, other direction. Nobody has judged these.", found.ruled, against),
  ];
  part.body.replaceChildren(...(parts.length ? parts : [el("p", {}, "Nothing in the base is known to disagree here.")]));
}
