// What to ask next: the log of reviews run through FSRS (ts-fsrs, in vendor/), then weak claims.
(() => {
  "use strict";

  // One step of ten minutes: a miss comes back in the same sitting, a right answer after days.
  const STEPS = ["10m"];

  /**
   * Where the reader stands with every question.
   *
   * @param {object} bank the compiled bank.
   * @param {object[]} reviews the log, oldest first. Reviews of an earlier revision do not count.
   * @returns {object[]} a question, its FSRS card or null, its last review and how often it was asked.
   */
  function standing(bank, reviews) {
    const scheduler = globalThis.FSRS.fsrs({ enable_fuzz: false, learning_steps: STEPS, relearning_steps: STEPS });
    const entries = new Map(bank.questions.map((question) => [question.id, { question, card: null, last: null, asked: 0 }]));
    for (const review of reviews) {
      const entry = entries.get(review.question);
      if (!entry || entry.question.rev !== review.rev) continue;
      const at = new Date(review.at);
      entry.card = scheduler.next(entry.card ?? globalThis.FSRS.createEmptyCard(at), at, review.grade).card;
      entry.last = review;
      entry.asked += 1;
    }
    return [...entries.values()];
  }

  /** The share of each claim's questions whose last answer was right, of those asked. */
  function strengths(entries) {
    const results = new Map();
    for (const { question, last } of entries) {
      for (const claim of last ? question.claims : []) {
        results.set(claim, [...(results.get(claim) ?? []), Number(last.correct)]);
      }
    }
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return new Map([...results].map(([claim, values]) => [claim, mean(values)]));
  }

  /**
   * The entries in the order of asking: those due, longest ago first; unseen ones on weak claims,
   * weakest first; other unseen ones in the book's order; and those that have time, soonest first.
   */
  function queue(entries, now = new Date()) {
    const strength = strengths(entries);
    const weakness = ({ question }) => Math.min(...question.claims.map((claim) => strength.get(claim) ?? 1));
    const byDue = (a, b) => a.card.due - b.card.due;
    const seen = entries.filter((entry) => entry.card);
    const unseen = entries.filter((entry) => !entry.card);
    return {
      due: seen.filter((entry) => entry.card.due <= now).sort(byDue),
      weak: unseen.filter((entry) => weakness(entry) < 1).sort((a, b) => weakness(a) - weakness(b)),
      fresh: unseen.filter((entry) => weakness(entry) === 1),
      later: seen.filter((entry) => entry.card.due > now).sort(byDue),
    };
  }

  /** How many answers each of the last `days` days had, today last, by the reader's own clock. */
  function perDay(reviews, days, now = new Date()) {
    const day = (back) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).toDateString();
    const counts = Array.from({ length: days }, (_, i) => [day(days - 1 - i), 0]);
    const byDay = new Map(counts);
    for (const { at } of reviews) {
      const name = new Date(at).toDateString();
      if (byDay.has(name)) byDay.set(name, byDay.get(name) + 1);
    }
    return [...byDay.values()];
  }

  globalThis.gentutor = { ...globalThis.gentutor, schedule: { standing, strengths, queue, perDay } };
})();
