// The questions in a running notebook; `question.js` stands in front of this text.

export default {
  render({ model, el }) {
    el.innerHTML = model.get("html");
    el.setAttribute("data-lm-suppress-shortcuts", "true"); // else JupyterLab takes the keys
    for (const section of el.querySelectorAll("[data-question]")) {
      globalThis.gentutor.start(section, { where: "notebook" });
    }
    for (const link of el.querySelectorAll("a[href]")) {
      const target = link.getAttribute("href");
      if (!target.startsWith("#")) link.removeAttribute("href"); // leads to a page of the book
      link.addEventListener("click", (event) => {
        event.preventDefault();
        document.getElementById(target.slice(1))?.scrollIntoView({ behavior: "smooth" });
      });
    }
    el.addEventListener("gq-review", ({ detail }) => {
      model.set("reviews", [...model.get("reviews"), detail]);
      model.save_changes();
    });
  },
};
