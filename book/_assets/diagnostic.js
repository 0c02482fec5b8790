// The diagnostic: twelve questions, and which chapters to read first.
(() => {
  "use strict";

  const { make } = globalThis.gentutor;
  const root = document.querySelector("[data-diagnostic]");
  const checks = [...root.querySelectorAll("[data-title]")];
  const answers = new Map(); // question → whether its first answer was right
  const said = make("div", { class: "gt-verdict", role: "status" });
  root.append(said);

  const idOf = (check) => check.querySelector("[data-question]").dataset.question;
  const linkTo = (check) => make("a", { href: check.dataset.chapter }, check.dataset.title);

  function tell() {
    const right = checks.filter((check) => answers.get(idOf(check)));
    const missed = checks.filter((check) => answers.get(idOf(check)) === false);
    const open = checks.filter((check) => !answers.has(idOf(check)));
    const count = `${answers.size} of ${checks.length} answered, ${right.length} right.`;
    said.replaceChildren(make("p", {}, make("strong", {}, count)));
    if (!answers.size) return;
    const begin = [...missed, ...(answers.size === checks.length ? [] : open)];
    if (!begin.length) {
      said.append(make("p", {}, "All right. Begin with the ", make("a", { href: "mock.html" }, "mock interview"), ", last round."));
      return;
    }
    if (missed.length) {
      const chapters = missed.map((check) => make("li", {}, linkTo(check)));
      said.append(make("p", {}, "Begin with, in this order:"), make("ol", {}, ...chapters));
    }
    if (open.length) {
      const links = open.flatMap((check, i) => [i ? ", " : "", linkTo(check)]);
      said.append(make("p", {}, "Not answered yet, and so counted as missed: ", ...links, "."));
    } else if (right.length) {
      const links = right.flatMap((check, i) => [i ? ", " : "", linkTo(check)]);
      said.append(make("p", {}, "For these, the cheat sheets may do: ", ...links, "."));
    }
  }

  root.addEventListener("gq-review", ({ detail }) => {
    answers.set(detail.question, detail.correct);
    tell();
  });
  tell();
})();
