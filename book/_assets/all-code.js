// One button that opens, and closes again, all code of a page.
document.addEventListener("DOMContentLoaded", () => {
  const folds = [...document.querySelectorAll("details.hide")];
  const home = document.querySelector(".article-header-buttons");
  if (!folds.length || !home) return;
  const button = document.createElement("button");
  button.className = "btn btn-sm all-code";
  button.type = "button";
  button.textContent = "All code";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(open));
    for (const fold of folds) fold.open = open;
  });
  home.prepend(button);
});
