// The Practice page: what today asks, one question at a time, and what is to come.
(() => {
  "use strict";

  const { bank, calendar, interview, make, offer, plural, progress, progressFile, reveal, schedule, start } = globalThis.gentutor;
  const root = document.querySelector("[data-practice]");
  const DAYS = 14;
  const SLACK = 300_000; // milliseconds between clocks
  const skipped = new Set(); // in this sitting
  const passed = new Set(); // skipped or answered, since the last rest
  let section = progress.setting("section", "");
  if (!Object.hasOwn(bank.sections, section)) section = "";

  const minutes = (seconds) => plural(Math.max(1, Math.round(seconds / 60)), "minute");

  // Where the reader stands, worked out once a change ---------------------------------------------

  let entries = [];
  let counts = [];
  let until = null;
  let pace = 1;
  const rules = () => ({ until, fresh: wanted() });
  const today = () => counts.at(-1);
  const room = () => (until === null ? Infinity : Math.max(0, schedule.MOST - today()));
  const list = () => schedule.agenda(entries, new Date(), rules());

  function look() {
    const questions = bank.questions.filter((question) => !section || question.section === section);
    const reviews = progress.all();
    until = interview.kept();
    entries = schedule.standing(questions, reviews, until);
    counts = schedule.perDay(reviews, DAYS);
    pace = schedule.pace(bank.questions, reviews);
    showClock(reviews.at(-1));
    showSummary();
    showDays();
    showWeak();
    showCalendar();
  }

  // Above the question: what to practise, and what was done ----------------------------------------

  const summary = make("p", { class: "gq-summary", role: "status" });
  const clock = make("p", { class: "gq-forgets", role: "note" });
  const days = make("div", { class: "gq-days", role: "img" });
  const chapter = make("select", {}, make("option", { value: "" }, "Every chapter"));
  for (const [id, title] of Object.entries(bank.sections)) {
    if (bank.questions.some((question) => question.section === id)) chapter.append(make("option", { value: id }, title));
  }
  chapter.value = section;
  const fresh = make("input", { type: "number", min: 0, max: 200, step: 1, inputmode: "numeric", placeholder: "auto" });
  fresh.value = progress.setting("new", "");

  /** The reader's own number of new questions a day, or null. */
  function wanted() {
    const count = Number(fresh.value);
    return fresh.value !== "" && Number.isInteger(count) && count >= 0 && count <= 200 ? count : null;
  }

  /** How the days until the interview, and recall on that day, stand. */
  function outlook() {
    if (until === null) return "";
    const left = until - schedule.dayOf(new Date());
    const mean = entries.reduce((sum, entry) => sum + schedule.recall(entry, until), 0) / entries.length;
    const when = left ? `in ${plural(left, "day")}, on ${calendar.long(until)}` : "today";
    return `Interview ${when}. As things stand, you would recall ${Math.floor(100 * mean)} % of the questions then. `;
  }

  function showSummary() {
    const now = list();
    const asked = now.slice(0, room()).map(([entry]) => entry);
    const young = asked.filter(({ memory }) => !memory).length;
    const parts = [[asked.length - young, "due"], [young, "new"]].filter(([count]) => count);
    const left = asked.length
      ? `Today: ${parts.map((part) => part.join(" ")).join(" and ")}, about ${minutes(schedule.cost(asked, pace, room()))}.`
      : `${now.length ? "That is enough for today." : "Nothing is due."}${nextDue()}`;
    const done = today() ? ` ${plural(today(), "answer")} so far.` : "";
    summary.textContent = `${outlook()}${left}${done}`;
  }

  /** A log whose last answer lies ahead: somebody set the clock back. */
  function showClock(newest) {
    clock.hidden = !newest || new Date(newest.at) < Date.now() + SLACK;
    const at = (moment) => new Date(moment).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    clock.textContent = clock.hidden ? "" : `Your clock says ${at(Date.now())}, but your last answer was at ${at(newest.at)}. If the clock was set back, set it right: until then new answers count as older ones.`;
  }

  function nextDue() {
    const seen = entries.filter(({ memory }) => memory);
    const soonest = (list) => Math.min(...list.map(({ due }) => due));
    const repeat = soonest(seen.filter(({ repeats }) => repeats));
    if (repeat < Infinity) return ` A repeat comes in ${minutes(Math.max(60, (repeat - Date.now()) / 1000))}.`;
    const day = soonest(seen) / 86_400_000;
    return day > schedule.dayOf(new Date()) && day < Infinity ? ` The next is due on ${calendar.long(day)}.` : "";
  }

  function showDays() {
    const highest = Math.max(10, ...counts);
    days.replaceChildren(...counts.map((count) => {
      const bar = make("span", { title: plural(count, "answer") });
      bar.style.height = `${(100 * count) / highest}%`;
      return bar;
    }));
    days.setAttribute("aria-label", `Answers a day, the last ${DAYS} days: ${counts.join(", ")}`);
  }

  const weakList = make("ul");
  const weakFold = make("details", {}, make("summary", {}, "Weak claims"), weakList);
  function showWeak() {
    const weak = [...schedule.strengths(entries)].filter(([, share]) => share < 1).sort((a, b) => a[1] - b[1]);
    weakFold.hidden = !weak.length;
    weakList.replaceChildren(...weak.map(([claim, share]) => {
      const link = make("a", { href: `claims.html#claim-row-${claim}` }, bank.claims[claim] ?? claim);
      return make("li", {}, link, `: ${Math.round(100 * share)} % of its questions right`);
    }));
  }

  const calendarFold = make("details", {}, make("summary", {}, "Calendar"));
  calendarFold.addEventListener("toggle", showCalendar);
  function showCalendar() {
    if (!calendarFold.open) return; // it costs a tenth of a second
    const now = new Date();
    const coming = schedule.forecast(entries, calendar.span(schedule.dayOf(now), until), now, { ...rules(), room: room(), pace });
    calendarFold.querySelector("table")?.remove();
    calendarFold.append(calendar.table(coming, until));
  }

  // The question -----------------------------------------------------------------------------------

  const place = make("div", { class: "gq-place", role: "group", tabindex: "-1", "aria-label": "Question" });
  const next = make("button", { type: "button", class: "gq-main" }, "Start");
  let current = null;
  let further = false; // beyond what today asks

  /** Today's list, then, if the reader wants more, all else: unseen ones, and those soonest due. */
  function pick() {
    const first = (room() ? list() : []).find(([{ question }]) => !skipped.has(question.id));
    if (first || !further) return first;
    const soonest = entries.filter(({ memory }) => memory).sort((a, b) => a.due - b.due);
    const all = [...entries.filter(({ memory }) => !memory), ...soonest];
    const ahead = all.find(({ question }) => !passed.has(question.id));
    return ahead && [ahead, ahead.memory ? "ahead of its time" : "new"];
  }

  function ask() {
    if (current) skipped.add(current); // it was not answered
    const picked = pick();
    if (!picked) {
      rest();
      return;
    }
    const [{ question, asked }, why] = picked;
    current = question.id;
    passed.add(current);
    place.innerHTML = question.html;
    const from = make("a", { href: `../${question.anchor}` }, bank.sections[question.section]);
    place.prepend(make("p", { class: "gq-note" }, `${why[0].toUpperCase()}${why.slice(1)} · `, from));
    start(place.querySelector("[data-question]"), { where: "page", variant: asked % question.variants, since: Date.now() });
    offer(next, "Skip");
    reveal(place);
  }

  function rest() {
    current = null;
    const told = further ? "You have been through every question here." : "That is all for today.";
    place.replaceChildren(make("p", {}, told));
    offer(next, further ? "Once more" : "Go on anyway");
    skipped.clear();
    passed.clear();
    further = !further;
    reveal(place);
  }

  function afresh() {
    skipped.clear();
    passed.clear();
    current = null;
    further = false;
    place.replaceChildren();
    offer(next, "Start");
    look();
  }

  // Together ---------------------------------------------------------------------------------------

  const file = progressFile(afresh);
  root.addEventListener("gq-review", ({ detail }) => {
    if (!progress.add(detail)) file.tell("The browser's store is full: this answer is not kept.");
    current = null;
    offer(next, "Next question");
    look();
  });
  next.addEventListener("click", ask);
  chapter.addEventListener("change", () => {
    section = chapter.value;
    progress.set("section", section);
    afresh();
  });
  fresh.addEventListener("change", () => {
    if (wanted() === null) fresh.value = "";
    progress.set("new", fresh.value);
    look();
  });
  addEventListener("storage", look); // another tab has answered
  const forgets = "This browser keeps nothing for this page. You can practise; it is forgotten when you leave.";
  root.replaceChildren(
    ...(progress.remembers ? [] : [make("p", { class: "gq-forgets", role: "note" }, forgets)]),
    clock,
    interview.form(afresh),
    make("div", { class: "gq-bar" }, make("label", {}, "Chapter ", chapter), make("label", {}, "New questions a day ", fresh)),
    summary,
    place,
    make("div", { class: "gq-actions" }, next),
    calendarFold,
    weakFold,
    make("figure", {}, days, make("figcaption", {}, `Answers a day, the last ${DAYS} days.`)),
    file.bar,
  );
  root.classList.add("is-live");
  look();
})();
