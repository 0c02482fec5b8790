// The Practice page's date of the interview: read, refused in words, kept, let go when it is over.
(() => {
  "use strict";

  const { calendar, make, progress, schedule } = globalThis.gentutor;
  const FURTHEST = 366; // days
  const today = () => schedule.dayOf(new Date());

  /** What is wrong with a day as the interview's, in words; empty where nothing is. */
  function fault(text, unreadable = false) {
    const day = schedule.readDay(text);
    if (unreadable || (text && Number.isNaN(day))) return "Expected a whole date that exists, such as 2026-12-20.";
    if (!text) return "Choose a date first.";
    if (day < today()) return `${calendar.long(day)} is over. Expected today or a later day.`;
    if (day > today() + FURTHEST) return `${schedule.writeDay(day)} is more than a year away. Is the year right?`;
    return "";
  }

  /** The day of the interview that this browser keeps, or null; a day that is over, or nonsense, is none. */
  function kept() {
    const text = progress.setting("until", "");
    return fault(text) ? null : schedule.readDay(text);
  }

  /**
   * The form.
   *
   * @param {() => void} changed called after each change.
   * @returns {HTMLFormElement}
   */
  function form(changed) {
    const input = make("input", { type: "date", "aria-describedby": "gq-interview-told" });
    const told = make("p", { id: "gq-interview-told", role: "status", class: "gq-told" });
    const none = make("button", { type: "button" }, "No date");
    const place = make("form", { class: "gq-bar", novalidate: "" });
    place.append(make("label", {}, "Interview on ", input), make("button", {}, "Set"), none, told);

    const refresh = () => {
      const day = kept();
      input.min = schedule.writeDay(today());
      input.value = day === null ? "" : schedule.writeDay(day);
      none.hidden = day === null;
    };
    const refuse = (wrong) => {
      input.toggleAttribute("aria-invalid", Boolean(wrong));
      told.textContent = wrong;
    };
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = fault(input.value, input.validity.badInput);
      refuse(wrong);
      if (wrong) {
        input.focus();
        return;
      }
      if (!progress.set("until", input.value)) refuse("The browser's store is full: the date is not kept.");
      refresh();
      changed();
    });
    none.addEventListener("click", () => {
      progress.set("until", "");
      refuse("");
      refresh();
      input.focus(); // the button is gone
      changed();
    });
    const before = schedule.readDay(progress.setting("until", ""));
    if (before < today()) told.textContent = `Your interview was on ${calendar.long(before)}. Practice goes on without a date.`;
    refresh();
    return place;
  }

  globalThis.gentutor = { ...globalThis.gentutor, interview: { kept, form } };
})();
