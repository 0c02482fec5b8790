// What scrolls sideways can be scrolled by keyboard, and only what scrolls is a stop on the way.
(() => {
  "use strict";

  const BOXES = ".math-scroll, span.math, .figure-scroll, .gq p, .gq-text";
  const note = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth;
      if (scrolls) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
      if (target.matches(".gq-text")) continue; // its words may name a box to tick
      const name = target.matches(".figure-scroll") ? "Figure" : target.matches("p") ? "Text" : "Formula";
      if (scrolls) {
        target.setAttribute("role", "group");
        target.setAttribute("aria-label", `${name}, scrolls sideways`);
      } else {
        for (const attribute of ["role", "aria-label"]) target.removeAttribute(attribute);
      }
    }
  });
  const observeIn = (root) => {
    for (const box of root.querySelectorAll(BOXES)) note.observe(box);
  };
  // Questions are drawn, and rubrics become boxes to tick, after the page is there.
  const later = new MutationObserver((changes) => {
    for (const { target } of changes) if (target.closest(".gq, .gq-place")) observeIn(target);
  });
  document.addEventListener("DOMContentLoaded", () => {
    observeIn(document);
    later.observe(document.body, { childList: true, subtree: true });
  });
})();
