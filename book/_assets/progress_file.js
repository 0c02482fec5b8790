// Progress as a file on the Practice page: export, import, and a way to clear it all.
(() => {
  "use strict";

  const { make, plural, progress } = globalThis.gentutor;

  /**
   * The bar of buttons, and a line that tells what happened.
   *
   * @param {() => void} changed called when the log is another one.
   * @returns {{bar: HTMLElement, tell: (words: string) => void}}
   */
  function progressFile(changed) {
    const told = make("p", { id: "gq-file-told", role: "status", class: "gq-told" });
    const tell = (words) => {
      told.textContent = words;
    };
    const button = (words, act) => {
      const made = make("button", { type: "button" }, words);
      made.addEventListener("click", act);
      return made;
    };
    const save = button("Export", () => {
      const url = URL.createObjectURL(new Blob([progress.exported()], { type: "application/json" }));
      make("a", { href: url, download: "gentutor-progress.json" }).click();
      URL.revokeObjectURL(url);
      tell(`Exported: ${plural(progress.all().length, "review")}.`);
    });
    const file = make("input", { type: "file", accept: ".json,application/json" });
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      try {
        const fresh = progress.imported(await chosen.text());
        if (fresh) changed();
        tell(`Imported: ${plural(fresh, "new review")}.`);
      } catch (error) {
        tell(`Nothing was imported. ${error.message}`);
      }
      file.value = "";
    });
    const clear = button("Clear", () => {
      const count = progress.all().length;
      if (!confirm(`Delete ${plural(count, "review")} from this browser? An export can bring them back.`)) return;
      progress.clear();
      changed();
      tell("Cleared.");
    });
    const label = make("label", { class: "gq-file" }, "Import ", file);
    return { bar: make("div", { class: "gq-bar" }, save, label, clear, told), tell };
  }

  globalThis.gentutor = { ...globalThis.gentutor, progressFile };
})();
