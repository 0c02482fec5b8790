// What the Practice and the Mock interview pages share around a question.
(() => {
  "use strict";

  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  /** Moves eye, screen reader and keyboard to what is asked. */
  function reveal(place) {
    place.focus({ preventScroll: true });
    const { top } = place.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) place.scrollIntoView({ block: "start" });
  }

  /** Says what the button below a question does. It is loud where it leads on, quiet where it skips. */
  function offer(button, words) {
    button.textContent = words;
    button.classList.toggle("is-quiet", words === "Skip");
  }

  globalThis.gentutor = { ...globalThis.gentutor, offer, plural, reveal };
})();
