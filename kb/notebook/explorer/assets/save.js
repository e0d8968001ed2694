// Save as a report: the notebook is run in the kernel's machine; the page says where it landed.

function saveBox(kb) {
  const told = el("div", { "data-testid": "kb-saved", role: "status" });
  const save = button("Save as a report", async () => {
    if (save.getAttribute("aria-disabled") === "true") return;
    const reply = await kb.ask({ ask: "save" });
    if (reply.error) told.replaceChildren(el("p", {}, reply.error));
  }, { "data-testid": "kb-save" });
  const pageData = () => {
    try {
      return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
    } catch {
      return {};
    }
  };
  /** The report in this JupyterLab, where its server shows the folder. */
  const inLab = ({ path, home }) => {
    const { baseUrl, serverRoot, appName } = pageData();
    if (!baseUrl || !serverRoot || !/lab/i.test(appName ?? "")) return null;
    const root = serverRoot.replace(/^~(?=\/|$)/, home).replace(/\/$/, "");
    if (!path.startsWith(`${root}/`)) return null;
    const way = path.slice(root.length + 1).split("/").map(encodeURIComponent).join("/");
    return el("a", { href: `${baseUrl}doc/tree/${way}`, target: "_blank", rel: "noopener" }, "Open the report in a new tab");
  };
  const download = ({ notebook, name }) => {
    if (!notebook) return null;
    const url = URL.createObjectURL(new Blob([notebook], { type: "application/x-ipynb+json" }));
    return el("a", { href: url, download: name }, `Download ${name}`);
  };
  let shown = null;
  const draw = (saved) => {
    const now = JSON.stringify(saved.view) === JSON.stringify(kb.model.get("page")?.view);
    const stands = JSON.stringify([saved.running, saved.error, saved.path, now]);
    if (stands === shown && told.childNodes.length) return; // it is not read out again
    shown = stands;
    save.setAttribute("aria-disabled", String(Boolean(saved.running)));
    if (saved.running) return told.replaceChildren(el("p", {}, "The report is being made. You can go on."));
    if (saved.error) return told.replaceChildren(el("p", {}, el("strong", {}, "The report was not made. ")), el("pre", {}, saved.error));
    if (!saved.path) return told.replaceChildren();
    told.replaceChildren(
      el("p", {}, now ? "The report is ready." : "The report on what was chosen before is ready."),
      list([inLab(saved), download(saved)].filter(Boolean)) ?? "",
      now ? el("p", { class: "kbx-small" }, "It lies in ", el("code", {}, saved.path)) : "");
  };
  return { save, told, draw };
}
