/* A trusted notebook whose metadata say {"kb": {"page": true}} opens as a page: run once, no code, no toolbar.
 *
 * A module federation container written by hand, so that no bundler is needed: JupyterLab calls `init` with the
 * modules it shares, then `get` for what package.json names. Every other notebook is left as it is. */
(() => {
  "use strict";

  const NAME = "kb-page";
  const HOW_TO = "how-to-run"; // tag of cells that only say how to run the notebook: a page has run
  const STYLE = `
.kb-page.jp-mod-page .jp-Cell-inputCollapser,
.kb-page.jp-mod-page .jp-Cell-outputCollapser,
.kb-page.jp-mod-page .jp-OutputPrompt,
.kb-page.jp-mod-page .jp-MarkdownCell .jp-InputPrompt,
.kb-page.jp-mod-page .jp-CodeCell > .jp-Cell-inputWrapper,
.kb-page.jp-mod-page .jp-CodeCell.jp-mod-noOutputs,
.kb-page.jp-mod-page .jp-Notebook-footer,
.kb-page.jp-mod-page .jp-cell-toolbar,
.kb-page.jp-mod-page .kb-page-how-to { display: none !important; }
.kb-page.jp-mod-page .jp-Notebook .jp-Cell { padding: 0; border: 0; }
.kb-page.jp-mod-page .jp-Notebook .jp-Cell::before,
.kb-page.jp-mod-page .jp-Notebook .jp-Cell::after { display: none; }
.kb-page.jp-mod-page .jp-Notebook { background: var(--jp-layout-color1); }
.kb-page.jp-mod-page .jp-MarkdownOutput { border-color: transparent; }
body.kb-page-alone .kb-page.jp-mod-page .jp-MarkdownCell:first-child h1 { position: absolute; overflow: hidden;
  width: 1px; height: 1px; margin: 0; clip-path: inset(50%); }
.kb-page.jp-mod-page .jp-Cell-outputWrapper { margin: 0; }
.kb-page.jp-mod-page .jp-OutputArea-output { padding: 0; margin: 0; }
.kb-page-bar { display: flex; align-items: center; gap: 1rem; box-sizing: border-box; padding: 2px 8px;
  min-height: 32px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1);
  font: var(--jp-ui-font-size1)/1.3 var(--jp-ui-font-family); }
.kb-page-status { flex: 1; }
.kb-page-code { font: inherit; color: inherit; background: transparent; border: 1px solid var(--jp-border-color0);
  border-radius: 4px; padding: 3px 10px; min-height: 26px; cursor: pointer; }
.kb-page-code:hover { background: var(--jp-layout-color2); }
.kb-page-code:focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }
.kb-page.jp-mod-page .jp-Notebook .jp-Cell,
.kb-page.jp-mod-page .jp-Notebook .jp-Cell:focus { outline: none !important; box-shadow: none !important; }
#jp-title-panel-title.kb-page-title input { display: none; }
#jp-title-panel-title.kb-page-title::before { content: attr(data-kb-title); padding: 0 8px; line-height: 28px;
  color: var(--jp-ui-font-color1); font-size: var(--jp-ui-font-size3); }
`;

  let shared = {};

  /** A module that JupyterLab shares, e.g. "@jupyterlab/notebook". */
  async function lab(name) {
    const versions = Object.values(shared[name] || {});
    const chosen = versions.find((version) => version.loaded) || versions[0];
    if (!chosen) {
      throw new Error(`JupyterLab shares no ${name}`);
    }
    return (await chosen.get())();
  }

  /** Only what kb signed may run by itself, as Jupyter tells by its trust: a page from elsewhere stays a notebook. */
  const asksForPage = (model) =>
    Boolean((model.getMetadata("kb") || {}).page) &&
    Array.from(model.cells).every((cell) => cell.type !== "code" || cell.trusted);

  /** Whether what the notebook shows is in its file; a widget lives in a kernel and must be made anew. */
  const hasRun = (model) => {
    const outputs = Array.from(model.cells).flatMap((cell) => (cell.type === "code" ? cell.outputs.toJSON() : []));
    const lives = (output) => "application/vnd.jupyter.widget-view+json" in (output.data || {});
    return outputs.length > 0 && !outputs.some(lives);
  };

  class Page {
    constructor(panel, Widget) {
      this.panel = panel;
      this.model = panel.context.model;
      this.status = document.createElement("span");
      this.status.className = "kb-page-status";
      this.status.setAttribute("role", "status");
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.className = "kb-page-code";
      this.button.dataset.testid = "kb-show-code";
      this.button.addEventListener("click", () => this.show(!this.code));
      const node = document.createElement("div");
      node.append(this.status, this.button);
      const bar = new Widget({ node });
      bar.addClass("kb-page-bar");
      panel.contentHeader.addWidget(bar);
      panel.addClass("kb-page");
      this.hideHowTo();
      this.keepClean();
      this.keepKeys();
      this.show(false);
    }

    /** With or without the code. */
    show(code) {
      this.code = code;
      this.panel.toggleClass("jp-mod-page", !code);
      this.button.textContent = code ? "Hide code" : "Show code";
      this.button.setAttribute("aria-pressed", String(code));
      this.panel.toolbar.setHidden(!code);
      this.panel.content.widgets.filter((cell) => cell.model.type === "code").forEach((cell) => {
        cell.inputHidden = !code;
      });
    }

    tell(words) {
      this.status.textContent = words;
    }

    hideHowTo() {
      this.panel.content.widgets
        .filter((cell) => (cell.model.getMetadata("tags") || []).includes(HOW_TO))
        .forEach((cell) => cell.addClass("kb-page-how-to"));
    }

    /** What a page shows is made anew each time, so there is nothing to save; with its code shown it is a notebook. */
    keepClean() {
      this.model.stateChanged.connect((model, change) => {
        if (change.name === "dirty" && change.newValue && !this.code) {
          model.dirty = false;
        }
      });
    }

    /** Keys pressed in the page belong to the page: Enter on a button presses it, "a" adds no cell. */
    keepKeys() {
      this.panel.content.node.addEventListener("focusin", (event) => {
        if (event.target.closest(".jp-OutputArea")) {
          event.target.setAttribute("data-lm-suppress-shortcuts", "true");
        }
      });
    }

    async run() {
      const { content, context } = this.panel;
      this.tell("Reading the evidence …");
      const { NotebookActions } = await lab("@jupyterlab/notebook");
      const session = context.sessionContext;
      await session.ready;
      const fine = await NotebookActions.runAll(content, session);
      this.tell(fine ? "" : "This page could not be made: the reason is below.");
      content.activeCellIndex = 0;
      content.node.querySelector(".jp-WindowedPanel-outer")?.scrollTo(0, 0);
      this.focusFirst();
    }

    /** Put the focus on the first thing that can be used, once it is drawn, unless somebody uses something already. */
    focusFirst() {
      const { node } = this.panel.content;
      const done = () => {
        observer.disconnect();
        ["keydown", "pointerdown"].forEach((name) => document.removeEventListener(name, done, true));
      };
      const look = () => {
        const first = node.querySelector(".jp-OutputArea :is(input, select, textarea, button):not(:disabled)");
        first?.focus({ preventScroll: true });
        if (first && first === document.activeElement) {
          done();
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(node, { childList: true, subtree: true, attributes: true });
      ["keydown", "pointerdown"].forEach((name) => document.addEventListener(name, done, true));
      this.panel.disposed.connect(done);
      look();
    }
  }

  const titleOf = (model) => {
    const heading = Array.from(model.cells).find((cell) => cell.type === "markdown")?.sharedModel.getSource();
    return model.getMetadata("title") || heading?.match(/^# (.+)/)?.[1] || "";
  };

  /** The title of a page where JupyterLab has the name of the file: renaming is for notebooks. */
  function tellTitle(title) {
    const node = document.getElementById("jp-title-panel-title");
    node?.classList.toggle("kb-page-title", Boolean(title));
    node?.setAttribute("data-kb-title", title);
  }

  /** In single-document mode a page has the window to itself: no icon strips at its sides, no status bar. */
  function followShell(app, pages) {
    const { shell } = app;
    let alone = false;
    const look = () => {
      const now = shell.mode === "single-document" && pages.has(shell.currentWidget);
      if (now === alone) {
        return;
      }
      alone = now;
      document.body.classList.toggle("kb-page-alone", alone);
      tellTitle(alone ? titleOf(shell.currentWidget.context.model) : "");
      for (const side of ["left", "right"]) {
        if (shell.isSideTabBarVisible(side) === alone) {
          shell.toggleSideTabBarVisibility(side);
        }
      }
      for (const widget of shell.widgets("bottom")) {
        widget.setHidden(alone);
      }
    };
    shell.currentChanged?.connect(look);
    shell.modeChanged?.connect(look);
    return look;
  }

  async function open(panel, pages, look) {
    await panel.context.ready;
    if (panel.isDisposed || !asksForPage(panel.context.model)) {
      return;
    }
    const { Widget } = await lab("@lumino/widgets");
    const page = new Page(panel, Widget);
    pages.add(panel);
    panel.disposed.connect(() => pages.delete(panel));
    await panel.revealed;
    look();
    if (!hasRun(panel.context.model)) {
      await page.run();
    }
  }

  const plugin = {
    id: `${NAME}:plugin`,
    description: "Opens a notebook that asks for it as a page.",
    autoStart: true,
    activate: (app) => {
      const style = document.createElement("style");
      style.textContent = STYLE;
      document.head.append(style);
      const pages = new Set();
      const look = followShell(app, pages);
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel) => {
          open(panel, pages, look).catch((error) => console.error(`${NAME}: ${error.message}`));
        },
      });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      shared = scope;
    },
    get: async (module) => () => (module === "./extension" ? { __esModule: true, default: plugin } : {}),
  };
})();
