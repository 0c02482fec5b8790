// What scrolls sideways can be scrolled by keyboard, and only what scrolls is a stop on the way.
(() => {
  "use strict";

  const BOXES = ".math-scroll, span.math, .figure-scroll, .gq p";
  const note = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const name = target.matches(".figure-scroll") ? "Figure" : target.matches("p") ? "Text" : "Formula";
      if (target.scrollWidth > target.clientWidth) {
        target.tabIndex = 0;
        target.setAttribute("role", "group");
        target.setAttribute("aria-label", `${name}, scrolls sideways`);
      } else {
        for (const attribute of ["tabindex", "role", "aria-label"]) target.removeAttribute(attribute);
      }
    }
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll(BOXES)) note.observe(box);
  });
})();
