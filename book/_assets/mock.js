// The Mock interview page: questions against the clock, and a report by claim.
(() => {
  "use strict";

  const { bank, make, offer, progress, reveal, start } = globalThis.gentutor;
  const root = document.querySelector("[data-mock]");
  const MINUTES = [10, 20, 30, 45];
  const LEVELS = ["First round: definitions and short numbers", "Second round: reasons and remedies", "Last round: derivations and traps"];
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const forgets = "This browser keeps nothing for this page. The interview works; its answers are forgotten when you leave.";
  const notice = () => (progress.remembers ? [] : [make("p", { class: "gq-forgets", role: "note" }, forgets)]);

  // Before -------------------------------------------------------------------------------------

  function choose() {
    const minutes = make("select", {}, ...MINUTES.map((count) => make("option", { value: count }, `${count} minutes`)));
    minutes.value = 30;
    const topics = Object.entries(bank.sections)
      .filter(([id]) => bank.questions.some((question) => question.section === id))
      .map(([id, title]) => {
        const box = make("input", { type: "checkbox", value: id, checked: "" });
        return [box, make("label", {}, box, ` ${title}`)];
      });
    const every = [["All", true], ["None", false]].map(([words, checked]) => {
      const button = make("button", { type: "button" }, words);
      button.addEventListener("click", () => topics.forEach(([box]) => (box.checked = checked)));
      return button;
    });
    const levels = LEVELS.map((words, i) => {
      const input = make("input", { type: "radio", name: "level", value: i + 1 });
      return [input, make("label", {}, input, ` ${words}`)];
    });
    levels[1][0].checked = true;
    const told = make("p", { role: "status", class: "gq-told" });
    const form = make(
      "form",
      { class: "gq-setup" },
      make("label", {}, "How long ", minutes),
      make("fieldset", {}, make("legend", {}, "Topics"), make("p", { class: "gq-every" }, every[0], " ", every[1]), ...topics.map(([, label]) => label)),
      make("fieldset", {}, make("legend", {}, "Level"), ...levels.map(([, label]) => label)),
      make("button", { class: "gq-main" }, "Begin"),
      told,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = topics.filter(([box]) => box.checked).map(([box]) => box.value);
      if (!chosen.length) told.textContent = "Choose at least one topic.";
      else interview(Number(minutes.value), chosen, levels.findIndex(([input]) => input.checked) + 1);
    });
    root.replaceChildren(...notice(), form);
  }

  // During --------------------------------------------------------------------------------------

  /**
   * The next question: near the level in difficulty, of the topic asked least, on claims not asked
   * yet, and the rest by chance.
   */
  function pick(questions, asked, level) {
    const has = (question) => asked.some((one) => one.question === question);
    const cost = (question) =>
      Math.abs(question.difficulty - level) +
      asked.filter((one) => one.question.section === question.section).length +
      asked.filter((one) => one.question.claims.some((claim) => question.claims.includes(claim))).length +
      Math.random();
    const left = questions.filter((question) => !has(question)).map((question) => [cost(question), question]);
    return left.sort((a, b) => a[0] - b[0])[0]?.[1];
  }

  function interview(minutes, topics, level) {
    const questions = bank.questions.filter((question) => topics.includes(question.section));
    const asked = []; // { question, review }, in the order of asking
    const begun = Date.now();
    const end = begun + minutes * 60_000;
    let since = begun;
    const time = make("p", { class: "gq-clock", role: "timer" });
    const place = make("div", { class: "gq-place", tabindex: "-1", "aria-label": "Question" });
    const next = make("button", { type: "button", class: "gq-main" }, "Next question");
    const stop = make("button", { type: "button" }, "End the interview");

    const tick = () => {
      const left = (end - Date.now()) / 1000;
      const rest = left > 0 ? `${clock(Math.ceil(left))} left` : "time is up, finish this one";
      time.textContent = `Question ${asked.length} · ${clock((Date.now() - since) / 1000)} · ${rest}`;
    };
    const ask = () => {
      const question = Date.now() < end ? pick(questions, asked, level) : null;
      if (!question) {
        finish();
        return;
      }
      asked.push({ question, review: null });
      since = Date.now();
      place.innerHTML = question.html;
      const variant = Math.floor(Math.random() * question.variants);
      start(place.querySelector("[data-question]"), { where: "mock", variant, since });
      offer(next, "Skip");
      tick();
      reveal(place);
    };
    const keep = ({ detail }) => {
      asked.at(-1).review = detail;
      progress.add(detail);
      offer(next, "Next question");
      place.querySelector(".gq-answer").open = true; // as the interviewer would, at once:
      place.querySelector(".gq-again").open = true;
    };
    const finish = () => {
      clearInterval(ticking);
      root.removeEventListener("gq-review", keep);
      report(asked, (Date.now() - begun) / 1000);
    };
    const ticking = setInterval(tick, 1000);
    root.addEventListener("gq-review", keep);
    next.addEventListener("click", ask);
    stop.addEventListener("click", finish);
    root.replaceChildren(...notice(), time, place, make("div", { class: "gq-actions" }, next, " ", stop));
    ask();
  }

  // After ---------------------------------------------------------------------------------------

  const GRADES = ["missed", "hard", "good", "easy"];
  function verdict({ question, review }) {
    if (!review) return "not answered";
    const how = question.kind === "recall" ? GRADES[review.grade - 1] : review.correct ? "right" : "wrong";
    return `${how}, ${clock(review.seconds)}`;
  }

  /** The first paragraph of a question's prompt, formulas and all. */
  function title(question) {
    const page = make("template");
    page.innerHTML = question.html;
    const prompt = page.content.querySelector(".gq-prompt");
    return [...(prompt.querySelector("p") ?? prompt).childNodes];
  }

  /** Each claim that was asked about, its questions and how they went, weakest first. */
  function report(asked, seconds) {
    const right = (one) => Number(Boolean(one.review?.correct));
    const claims = new Map();
    for (const one of asked) {
      for (const claim of one.question.claims) claims.set(claim, [...(claims.get(claim) ?? []), one]);
    }
    const share = (list) => list.reduce((sum, one) => sum + right(one), 0) / list.length;
    const rows = [...claims].sort((a, b) => share(a[1]) - share(b[1])).map(([claim, list]) => {
      const link = make("a", { href: `claims.html#claim-row-${claim}` }, bank.claims[claim] ?? claim);
      const went = list.map((one) => make("li", {}, make("a", { href: `../${one.question.anchor}` }, ...title(one.question)), make("br"), make("strong", {}, verdict(one))));
      return make("tr", {}, make("td", {}, link), make("td", {}, make("ul", {}, ...went)));
    });
    const heads = ["Claim, weakest first", "Its questions"].map((words) => make("th", { scope: "col" }, words));
    const table = make("table", { class: "gq-report" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    const sum = asked.reduce((total, one) => total + right(one), 0);
    const heading = make("h2", { tabindex: "-1" }, "How it went");
    const again = make("button", { type: "button", class: "gq-main" }, "Another interview");
    again.addEventListener("click", choose);
    const told = make("p", {}, `${sum} of ${asked.length} right in ${clock(seconds)}.`);
    if (asked.some(({ review }) => review && !review.correct)) {
      told.append(" What you missed comes first in ", make("a", { href: "practice.html" }, "Practice"), ".");
    }
    root.replaceChildren(heading, told, table, again);
    heading.focus();
  }

  choose();
  root.classList.add("is-live");
})();
