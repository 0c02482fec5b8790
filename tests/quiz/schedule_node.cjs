// Reads logs as JSON from stdin, and writes what the page's script makes of each.
const fs = require("fs");
const [fsrs, schedule] = process.argv.slice(2);
globalThis.FSRS = require(fsrs);
eval(fs.readFileSync(schedule, "utf8"));
const { agenda, cost, limitOn, MOST, newToday, pace, readDay, recall, standing } = globalThis.gentutor.schedule;
const answers = JSON.parse(fs.readFileSync(0, "utf8")).map(({ questions, reviews, now, until, fresh }) => {
  const end = until === null ? null : readDay(until);
  const entries = standing(questions, reviews, end);
  const listed = agenda(entries, new Date(now), { until: end, fresh });
  const own = pace(questions, reviews);
  return {
    pace: own,
    seconds: [Infinity, MOST, 4].map((room) => cost(listed.map(([entry]) => entry), own, room)),
    entries: entries.map((entry) => ({
      stability: entry.memory?.stability ?? null,
      difficulty: entry.memory?.difficulty ?? null,
      due: entry.due,
      repeats: entry.repeats,
      asked: entry.asked,
      recall: end === null ? null : recall(entry, end),
    })),
    agenda: listed.map(([{ question }, why]) => [question.id, why]),
  };
});
const table = [];
for (let unseen = 0; unseen < 320; unseen += 7) {
  for (let left = -1; left < 40; left += 1) {
    for (const fresh of [null, 0, 12]) table.push(newToday(unseen, unseen % 5, left < 0 ? null : 20_000 + left, 20_000, fresh));
  }
}
const limits = Array.from({ length: 12 }, (_, left) => limitOn(20_000, 20_000 + left));
process.stdout.write(JSON.stringify({ answers, table, limits }));
