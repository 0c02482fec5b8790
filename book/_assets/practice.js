// The Practice page: due first, weak claims next, then new questions, by chapter.
(() => {
  "use strict";

  const { bank, make, progress, schedule, start } = globalThis.gentutor;
  const root = document.querySelector("[data-practice]");
  const DAYS = 14;
  const skipped = new Set(); // in this sitting
  let section = progress.setting("section", "");
  if (!Object.hasOwn(bank.sections, section)) section = "";

  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const mine = () => schedule.standing(bank, progress.all()).filter(({ question }) => !section || question.section === section);

  // Above the question: what to practise, and what was done ------------------------------------

  const summary = make("p", { class: "gq-summary", role: "status" });
  const days = make("div", { class: "gq-days", role: "img" });
  const chapter = make("select", {}, make("option", { value: "" }, "Every chapter"));
  for (const [id, title] of Object.entries(bank.sections)) {
    if (bank.questions.some((question) => question.section === id)) chapter.append(make("option", { value: id }, title));
  }
  chapter.value = section;
  const daily = make("input", { type: "number", min: 1, max: 200, step: 1, value: progress.setting("daily", 10) });

  function goal() {
    const wanted = Number(daily.value);
    return Number.isInteger(wanted) && wanted >= 1 && wanted <= 200 ? wanted : 10;
  }

  function showSummary() {
    const { due, weak, fresh, later } = schedule.queue(mine());
    const counts = schedule.perDay(progress.all(), DAYS);
    const today = counts.at(-1);
    const next = later.length && !due.length ? ` Next one due ${when(later[0].card.due)}.` : "";
    const done = today >= goal() ? " That is enough for today." : "";
    summary.textContent =
      `${due.length} due, ${weak.length} new on weak claims, ${fresh.length} other new.${next} ` +
      `Today: ${today} of ${goal()}.${done}`;
    const highest = Math.max(goal(), ...counts);
    days.replaceChildren(...counts.map((count) => {
      const bar = make("span", { title: plural(count, "answer") });
      bar.style.height = `${(100 * count) / highest}%`;
      return bar;
    }));
    days.setAttribute("aria-label", `Answers a day, the last ${DAYS} days: ${counts.join(", ")}`);
    showWeak();
  }

  function when(date) {
    const minutes = Math.ceil((date - Date.now()) / 60_000);
    if (minutes < 90) return `in ${plural(Math.max(1, minutes), "minute")}`;
    if (minutes < 36 * 60) return `in ${plural(Math.round(minutes / 60), "hour")}`;
    return `in ${plural(Math.round(minutes / 1440), "day")}`;
  }

  const weakList = make("ul");
  const weakFold = make("details", {}, make("summary", {}, "Weak claims"), weakList);
  function showWeak() {
    const weak = [...schedule.strengths(mine())].filter(([, share]) => share < 1).sort((a, b) => a[1] - b[1]);
    weakFold.hidden = !weak.length;
    weakList.replaceChildren(...weak.map(([claim, share]) => {
      const link = make("a", { href: `claims.html#claim-row-${claim}` }, bank.claims[claim] ?? claim);
      return make("li", {}, link, `: ${Math.round(100 * share)} % of its questions right`);
    }));
  }

  // The question -------------------------------------------------------------------------------

  const place = make("div", { class: "gq-place", role: "group", tabindex: "-1", "aria-label": "Question" });
  const next = make("button", { type: "button", class: "gq-main" }, "Start");
  let current = null;

  function pick() {
    const { due, weak, fresh, later } = schedule.queue(mine());
    const groups = [
      [due, "Due now"], [weak, "New, on a weak claim"], [fresh, "New"], [later, "Ahead of its time"],
    ];
    for (const [entries, why] of groups) {
      const entry = entries.find(({ question }) => !skipped.has(question.id));
      if (entry) return { entry, why };
    }
    return null;
  }

  function ask() {
    if (current) skipped.add(current);
    const picked = pick();
    if (!picked) {
      current = null;
      place.replaceChildren(make("p", {}, "You have been through every question here."));
      next.textContent = "Once more";
      skipped.clear();
      return;
    }
    const { question, asked } = picked.entry;
    current = question.id;
    place.innerHTML = question.html;
    const from = make("a", { href: `../${question.anchor}` }, bank.sections[question.section]);
    place.prepend(make("p", { class: "gq-note" }, `${picked.why} · `, from));
    const variant = asked % question.variants;
    start(place.querySelector("[data-question]"), { where: "page", variant, since: Date.now() });
    next.textContent = "Skip";
    place.focus({ preventScroll: true });
  }

  // Progress as a file ---------------------------------------------------------------------------

  const told = make("p", { role: "status", class: "gq-told" });
  const button = (words, act) => {
    const made = make("button", { type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  };
  const file = make("input", { type: "file", accept: ".json,application/json" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      told.textContent = `Imported: ${plural(progress.imported(await chosen.text()), "new review")}.`;
    } catch (error) {
      told.textContent = `Nothing was imported. ${error.message}`;
    }
    file.value = "";
    showSummary();
  });
  const clear = button("Clear", () => {
    const count = progress.all().length;
    if (!confirm(`Delete ${plural(count, "review")} from this browser? An export can bring them back.`)) return;
    progress.clear();
    skipped.clear();
    told.textContent = "Cleared.";
    showSummary();
  });
  const save = button("Export", () => {
    const url = URL.createObjectURL(new Blob([progress.exported()], { type: "application/json" }));
    make("a", { href: url, download: "gentutor-progress.json" }).click();
    URL.revokeObjectURL(url);
    told.textContent = `Exported: ${plural(progress.all().length, "review")}.`;
  });

  // Together ---------------------------------------------------------------------------------------

  root.addEventListener("gq-review", ({ detail }) => {
    if (!progress.add(detail)) told.textContent = "The browser's store is full: this answer is not kept.";
    next.textContent = "Next question";
    showSummary();
  });
  next.addEventListener("click", ask);
  chapter.addEventListener("change", () => {
    section = chapter.value;
    progress.set("section", section);
    showSummary();
    ask();
  });
  daily.addEventListener("change", () => {
    daily.value = goal();
    progress.set("daily", goal());
    showSummary();
  });
  addEventListener("storage", showSummary); // another tab has answered
  const forgets = "This browser keeps nothing for this page. You can practise; it is forgotten when you leave.";
  root.replaceChildren(
    ...(progress.remembers ? [] : [make("p", { class: "gq-forgets", role: "note" }, forgets)]),
    make("div", { class: "gq-bar" }, make("label", {}, "Chapter ", chapter), make("label", {}, "Questions a day ", daily)),
    summary,
    make("figure", {}, days, make("figcaption", {}, `Answers a day, the last ${DAYS} days.`)),
    place,
    make("div", { class: "gq-actions" }, next),
    weakFold,
    make("div", { class: "gq-bar" }, save, make("label", { class: "gq-file" }, "Import ", file), clear),
    told,
  );
  root.classList.add("is-live");
  showSummary();
})();
