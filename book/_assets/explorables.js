// Starts every explorable of a rendered page. No kernel, no network: the numbers of a widget
// travel in the page as Jupyter widget state, its code as the text of an ES module.
(() => {
  "use strict";

  const css = `
    .explorable { margin: 1.5em 0; }
    .text_html:has(> .explorable) { /* the theme gives HTML outputs a white card in the dark */
      background: none !important;
      color: inherit !important;
      padding: 0 !important;
      overflow: visible !important; /* else nothing in it can stay in sight */
    }
    @media not print {
      .explorable.is-live > img { display: none !important; }
    }
    @media print {
      .explorable-live, .explorable-error { display: none; }
    }`;

  /** The part of Jupyter's model interface that a widget without a kernel can keep. */
  class Model {
    #values;
    #listeners = {};

    constructor({ state, buffers = [] }) {
      this.#values = state;
      for (const { path, data, encoding } of buffers) {
        if (encoding !== "base64") throw new Error(`its data has an unknown encoding, ${encoding}`);
        const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
        const last = path.at(-1);
        const holder = path.slice(0, -1).reduce((inner, key) => inner[key], state);
        holder[last] = new DataView(bytes.buffer);
      }
    }

    get(name) {
      return this.#values[name];
    }

    set(name, value) {
      if (Object.is(this.#values[name], value)) return;
      this.#values[name] = value;
      for (const event of [`change:${name}`, "change"]) {
        for (const listener of [...(this.#listeners[event] ?? [])]) listener(this, value);
      }
    }

    on(event, listener) {
      (this.#listeners[event] ??= new Set()).add(listener);
    }

    off(event, listener) {
      if (listener) this.#listeners[event]?.delete(listener);
      else delete this.#listeners[event];
    }

    save_changes() {} // nobody to save to
    send() {} // nobody to answer
  }

  const remember = (make) => {
    const made = new Map();
    return (key) => made.get(key) ?? made.set(key, make(key)).get(key);
  };

  const states = Object.assign(
    {},
    ...[...document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')].map(
      (script) => JSON.parse(script.textContent).state,
    ),
  );

  const addStyle = remember((text) => {
    const style = document.createElement("style");
    style.textContent = text;
    return document.head.appendChild(style);
  });

  /** What the browser lacks, in the place of what its engine says of it. */
  function reason({ message }) {
    if (/import.*module|module script/i.test(message)) return "this browser loads no modules from within a page";
    const canvas = document.createElement("canvas").getContext?.("2d");
    return canvas || /canvas/.test(message) ? message : "this browser has no canvas";
  }

  const loadModule = remember(async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    try {
      const { default: entry } = await import(url);
      return typeof entry === "function" ? await entry() : entry;
    } finally {
      URL.revokeObjectURL(url);
    }
  });

  const startModel = remember(async (id) => {
    if (!states[id]) throw new Error("its data is missing from the page");
    const model = new Model(states[id]);
    if (!model.get("_esm")) throw new Error("it brings no code that runs without Python");
    const widget = await loadModule(model.get("_esm"));
    await widget.initialize?.({ model });
    if (model.get("_css")) addStyle(model.get("_css"));
    return { model, widget };
  });

  async function mount(figure) {
    const el = document.createElement("div");
    el.className = "explorable-live";
    figure.prepend(el);
    try {
      const { model, widget } = await startModel(figure.dataset.model);
      figure.classList.add("is-live");
      await widget.render({ model, el });
    } catch (error) {
      console.error(error);
      figure.classList.remove("is-live");
      el.className = "explorable-error";
      el.setAttribute("role", "alert");
      el.textContent = `This figure could not be made interactive: ${reason(error)}.`;
    }
  }

  addStyle(css);
  document.querySelectorAll("figure.explorable[data-model]").forEach(mount);
})();
