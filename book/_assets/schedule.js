// What to ask next: FSRS (ts-fsrs, in vendor/) on whole days, and a plan that ends on the day of the
// interview. The rules are those of gentutor/quiz/schedule.py, which says them in words; a test holds
// one to the other. A day is a whole number: the days from 1970 to the date on the reader's calendar.
(() => {
  "use strict";

  const DAY = 86_400_000; // milliseconds
  const AHEAD = 20 * 60_000; // a repeat may come so early where nothing else is left
  const LONGEST = 7; // days between two reviews while an interview is ahead
  const QUIET = 10; // days before the interview without new questions
  const PASS = 2; // days of the last pass over everything
  const [NEW, MOST] = [10, 75]; // questions a day without a date; answers a day with one
  const RECENT = 200; // answers from which the reader's pace is read
  const [MISSED, HARD] = [10 * 60_000, 15 * 60_000]; // the way back of what is not known yet

  const model = globalThis.FSRS.fsrs({ enable_fuzz: false }); // of memory; the days are ours

  /** The day of a moment by the reader's clock. */
  const dayOf = (moment) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / DAY;
  /** The moment that stands for a day in FSRS: midnight UTC. */
  const midnight = (day) => new Date(day * DAY);

  /** The day that a text such as 2026-12-20 names, or NaN. */
  function readDay(text) {
    const fits = typeof text === "string" && /^\d{4}-\d\d-\d\d$/.test(text);
    const day = fits ? Date.parse(`${text}T00:00:00Z`) / DAY : NaN;
    return writeDay(day) === text ? day : NaN; // no 31st of June
  }
  const writeDay = (day) => (Number.isInteger(day) ? midnight(day).toISOString().slice(0, 10) : "");

  /** Days until recall falls to 0.9, at least one and at most `limit`. */
  const interval = (stability, limit = Infinity) => Math.min(Math.max(1, Math.floor(stability + 0.5)), limit);

  /** The longest interval that a review on a day may give; `until` is null where no interview is ahead. */
  const limitOn = (day, until) => (until === null ? Infinity : Math.max(1, Math.min(LONGEST, until - day)));

  /** An entry after one more review; an earlier day than the last counts as that. */
  function after(entry, { grade, correct, at }, until) {
    const moment = new Date(at);
    const day = Math.max(dayOf(moment), entry.last ?? -Infinity);
    const memory = model.next_state(entry.memory, entry.memory ? day - entry.last : 0, grade);
    const learning = entry.repeats || !entry.memory;
    const repeats = grade === 1 || (grade === 2 && learning);
    const due = repeats
      ? moment.getTime() + (grade === 1 ? MISSED : HARD)
      : (day + interval(memory.stability, limitOn(day, until))) * DAY;
    const first = entry.first ?? day;
    return { ...entry, memory, due, repeats, first, last: day, right: correct, asked: entry.asked + 1 };
  }

  /**
   * Where the reader stands with every question.
   *
   * @param {object[]} questions of the compiled bank.
   * @param {object[]} reviews the log, oldest first. Reviews of an earlier revision do not count.
   * @param {?number} until the day of the interview.
   * @returns {object[]} for each question FSRS's `memory` of it or null; `due`, a time for what `repeats`
   *   in this sitting, else a midnight; `first` and `last` day; whether it was `right`, how often `asked`.
   */
  function standing(questions, reviews, until = null) {
    const unseen = { memory: null, due: null, repeats: false, first: null, last: null, right: false, asked: 0 };
    const entries = new Map(questions.map((question) => [question.id, { question, ...unseen }]));
    for (const review of reviews) {
      const entry = entries.get(review.question);
      if (entry && entry.question.rev === review.rev) entries.set(review.question, after(entry, review, until));
    }
    return [...entries.values()];
  }

  /** The predicted probability of a right answer on a day; 0 for an unseen question. */
  const recall = ({ memory, last }, day) => (memory ? model.forgetting_curve(Math.max(0, day - last), memory.stability) : 0);

  /** The share of each claim's questions whose last answer was right, of those asked. */
  function strengths(entries) {
    const results = new Map();
    for (const { question, memory, right } of entries) {
      for (const claim of memory ? question.claims : []) results.set(claim, [...(results.get(claim) ?? []), Number(right)]);
    }
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return new Map([...results].map(([claim, values]) => [claim, mean(values)]));
  }

  /** How many new questions are still to come today, where `begun` were; `fresh`, if given, is the reader's own number a day. */
  function newToday(unseen, begun, until, today, fresh = null) {
    let wanted = fresh ?? NEW;
    if (fresh === null && until !== null) {
      const left = Math.max(0, until - today);
      wanted = Math.ceil((unseen + begun) / Math.max(1, left - Math.min(QUIET, Math.floor(left / 2))));
    }
    return Math.min(unseen, Math.max(0, wanted - begun));
  }

  /** What is to be asked today, in order: pairs of an entry and the reason. The cap `MOST` is the caller's. */
  function agenda(entries, now = new Date(), { until = null, fresh = null } = {}) {
    const today = dayOf(now);
    const byDue = (a, b) => a.due - b.due;
    const seen = entries.filter((entry) => entry.memory);
    const waiting = seen.filter((entry) => entry.repeats).sort(byDue);
    const repeat = waiting.filter(({ due }) => due <= now.getTime());
    const soon = waiting.filter(({ due }) => due > now.getTime() && due <= now.getTime() + AHEAD);

    const lastPass = until !== null && until - today <= PASS;
    const rest = seen.filter((entry) => !entry.repeats && entry.last !== today);
    const due = rest.filter((entry) => lastPass || entry.due <= today * DAY);
    if (until === null) due.sort(byDue);
    else due.sort((a, b) => recall(a, until) - recall(b, until));

    const strength = strengths(entries);
    const weakness = ({ question }) => Math.min(1, ...question.claims.map((claim) => strength.get(claim) ?? 1));
    const unseen = entries.filter((entry) => !entry.memory).sort((a, b) => weakness(a) - weakness(b));
    const begun = seen.filter(({ first }) => first === today).length;
    const begin = unseen.slice(0, newToday(unseen.length, begun, until, today, fresh));

    const told = (list, why) => list.map((entry) => [entry, why]);
    const old = told(due, "due");
    const young = begin.map((entry) => [entry, weakness(entry) < 1 ? "new, on a weak claim" : "new"]);
    const both = until === null ? [...old, ...young] : [...young, ...old]; // unseen counts nothing on the day
    return [...told(repeat, "to repeat"), ...both, ...told(soon, "to repeat")];
  }

  /**
   * What each of the coming days will ask if every answer is right: today's list first, cut at
   * `room` answers, then the list of each day that these answers lead to.
   *
   * @returns {{day: number, due: number, fresh: number, seconds: number}[]}
   */
  function forecast(entries, days, now, { until = null, fresh = null, room = MOST, pace = 1 } = {}) {
    let standing = entries;
    return Array.from({ length: days }, (_, i) => {
      const noon = i ? new Date(now.getFullYear(), now.getMonth(), now.getDate() + i, 12) : now;
      const list = agenda(standing, noon, { until, fresh });
      const most = until === null ? Infinity : i ? MOST : room;
      const asked = list.slice(0, most).map(([entry]) => entry);
      const review = { grade: 3, correct: true, at: noon };
      const answered = new Map(asked.map((entry) => [entry.question.id, entry]));
      standing = standing.map((entry) => (answered.has(entry.question.id) ? after(entry, review, until) : entry));
      const young = asked.filter(({ memory }) => !memory).length;
      return { day: dayOf(noon), due: asked.length - young, fresh: young, seconds: cost(asked, pace, most) };
    });
  }

  /** The time that the reader's last answers took, as a multiple of the questions' own. */
  function pace(questions, reviews) {
    const own = new Map(questions.map(({ id, seconds }) => [id, seconds]));
    const recent = reviews.slice(-RECENT).filter(({ question }) => own.has(question));
    if (recent.length < 20) return 1;
    const sum = (list) => list.reduce((total, value) => total + value, 0);
    const taken = sum(recent.map(({ question, seconds }) => Math.min(seconds, 5 * own.get(question))));
    return Math.min(3, Math.max(1 / 3, taken / sum(recent.map(({ question }) => own.get(question)))));
  }

  /** The seconds that these entries take in order, repeats expected (half of the new are missed), in `room` answers at most. */
  function cost(entries, pace = 1, room = Infinity) {
    let [seconds, spent] = [0, 0];
    for (const { memory, question } of entries) {
      const answers = memory ? 1.1 : 1.5;
      if (spent + answers > room) break;
      spent += answers;
      seconds += answers * question.seconds;
    }
    return seconds * pace;
  }

  /** How many answers each of the last `days` days had, today last. */
  function perDay(reviews, days, now = new Date()) {
    const counts = Array(days).fill(0);
    for (const { at } of reviews) {
      const back = dayOf(now) - dayOf(new Date(at));
      if (back >= 0 && back < days) counts[days - 1 - back] += 1;
    }
    return counts;
  }

  const rules = { MOST, PASS, dayOf, midnight, readDay, writeDay, interval, limitOn, newToday };
  const schedule = { ...rules, standing, recall, strengths, agenda, forecast, pace, cost, perDay };
  globalThis.gentutor = { ...globalThis.gentutor, schedule };
})();
