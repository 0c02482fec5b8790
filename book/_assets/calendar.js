// The Practice page's calendar: what each coming day asks, week by week.
(() => {
  "use strict";

  const { make, schedule } = globalThis.gentutor;
  const WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
  const [FEWEST, LONGEST] = [14, 42]; // days shown

  const monday = (day) => day - ((day + 3) % 7); // 1 January 1970 was a Thursday
  const utc = { timeZone: "UTC" };
  const write = (form) => (day) => schedule.midnight(day).toLocaleDateString("en-GB", { ...utc, ...form });
  const [short, number] = [write({ day: "numeric", month: "short" }), write({ day: "numeric" })];
  const long = write({ weekday: "long", day: "numeric", month: "long" });

  /** How many days to show: to the interview, within two to six weeks. */
  const span = (today, until) => Math.min(LONGEST, Math.max(FEWEST, until === null ? 0 : until - today + 1));

  function cell({ day, due, fresh, seconds }, first, busiest, until) {
    const name = day === first || number(day) === "1" ? short(day) : number(day);
    const time = make("time", { datetime: schedule.writeDay(day), title: long(day) }, name);
    const counts = [[due, "due"], [fresh, "new"]].filter(([count]) => count);
    const words = counts.map(([count, word]) => make("span", {}, `${count} ${word}`));
    if (seconds) words.push(make("span", { class: "gq-cost" }, `${Math.max(1, Math.round(seconds / 60))} min`));
    if (day === until) words.unshift(make("strong", {}, "Inter\u00adview"));
    const made = make("td", {}, time, ...words);
    made.style.setProperty("--load", busiest ? seconds / busiest : 0);
    return made;
  }

  /**
   * A table of weeks.
   *
   * @param {object[]} days what `schedule.forecast` gives, today first.
   * @param {?number} until the day of the interview.
   * @returns {HTMLTableElement}
   */
  function calendar(days, until) {
    const busiest = Math.max(...days.map(({ seconds }) => seconds));
    const heads = WEEK.map((name) => make("th", { scope: "col", abbr: name }, make("abbr", { title: name }, name.slice(0, 2))));
    const weeks = new Map();
    for (const one of days) {
      const week = monday(one.day);
      if (!weeks.has(week)) weeks.set(week, Array.from({ length: 7 }, () => make("td", { class: "gq-none" })));
      weeks.get(week)[one.day - week] = cell(one, days[0].day, busiest, until);
    }
    const rows = [...weeks.values()].map((cells) => make("tr", {}, ...cells));
    const caption = "What each day asks, if every answer is right. A miss adds a repeat the same day and an earlier return.";
    const table = make("table", { class: "gq-calendar" }, make("caption", {}, caption));
    table.append(make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
    table.querySelector("td:not(.gq-none)").setAttribute("aria-current", "date");
    return table;
  }

  globalThis.gentutor = { ...globalThis.gentutor, calendar: { span, table: calendar, long } };
})();
