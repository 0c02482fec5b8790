// What the mode-collapse lab makes of a report, in numbers and in words.

/** What each verdict means, for the line that is read aloud. */
const EXPLAINED = {
  covers: "Covered: nearly every mode has at least a fifth of its fair share of good samples.",
  collapsed: "Collapsed: the samples are good, and serve few of the modes.",
  failed: "Failed to train, so far: too few samples are good for a count of modes to mean anything.",
  spread: "Samples of every kind, most of them between the modes.",
  partial: "Good samples, too few of them at some of the modes.",
};

/** Every run of a report: its seed, step, samples, coverage, losses; the new point joins its history. */
function readRuns(said, seed, { modes }, histories) {
  const each = said.points.length / histories.length;
  return histories.map((history, r) => {
    const [nearest, good] = [0, 1].map((which) => said.counts.subarray((2 * r + which) * modes, (2 * r + which + 1) * modes));
    const seen = coverageOf(nearest, good);
    const step = said.steps[r];
    const diverged = said.diverged[r] >= 0;
    if (diverged) seen.verdict = "diverged";
    else if (step !== history.at(-1)?.step) {
      history.push({ step, covered: seen.m20 / modes, ...seen, d: said.losses[2 * r], g: said.losses[2 * r + 1] });
    }
    if (history.length > 400) histories[r] = history.filter((_, i) => i % 2 || i === history.length - 1);
    return { seed: seed + r, step, modes, ...seen, points: said.points.subarray(r * each, (r + 1) * each) };
  });
}

/** The texts of the readout, in its order. */
function labNumbers(run) {
  if (!run) return ["0", "–", "–", "–", "–"];
  const kl = Number.isFinite(run.reverse_kl) ? `${fixed(run.reverse_kl)} nats` : "–";
  return [grouped(run.step), `${run.m20} of ${run.modes}`, percent(run.quality), kl, VERDICTS[run.verdict]];
}

/** The plane's name for those who cannot see it; `own` is null or the {count, at} of points drawn by hand. */
function planeName(own, run) {
  const seen = run ? `samples at step ${grouped(run.step)}: ${VERDICTS[run.verdict]}, ${run.m20} of ${run.modes} modes` : "no samples yet";
  if (!own) return `The plane; ${seen}`;
  const at = own.at.map((value) => fixed(value)).join(", ");
  return `Your data, ${own.count} points, cursor at ${at}. Arrow keys move, Space places or removes; ${seen}`;
}

/** Why a lab stopped of which no run goes on. */
function allDiverged(runs) {
  const first = runs.reduce((a, b) => (b.step < a.step ? b : a));
  const who = runs.length > 1 ? `all runs diverged, seed ${first.seed} first,` : `seed ${first.seed} diverged`;
  return `${who} at step ${grouped(first.step)} of G`;
}

/** The line below the numbers. */
function labSentence({ count, blocked, failure, running, slow, where, last, run }) {
  if (blocked) {
    return (
      `A target of your own needs at least three points; it has ${count || "none"}. ` +
      "Press on the plane to place them, or use arrow keys and Space there."
    );
  }
  if (failure) return failure;
  if (!last?.last && !running) return "Nothing runs until you press Train.";
  const without = [where === "page" && "a worker", last?.engine === "JavaScript" && "WebAssembly"].filter(Boolean);
  const fast = without.length ? `Training without ${without.join(" and ")}, which is slower.` : "Training.";
  const slowly = "In slow motion, one step at a time. Arrows: where G’s loss would move its samples.";
  const now = running ? (slow ? slowly : fast) : `Paused after a step of ${last.last}. Arrows: where G’s loss would move its samples.`;
  const lost = (last?.runs ?? []).filter(({ verdict }) => verdict === "diverged");
  const gone = lost.map(({ seed, step }) => `Seed ${seed} diverged at step ${grouped(step)}.`);
  return [now, ...gone, run?.step ? EXPLAINED[run.verdict] : ""].filter(Boolean).join(" ");
}

/** The settings in a few words, for when their controls are folded away. */
function labSummary(model) {
  const starts = model.get("collapsed") ? "collapsed start" : "plain start";
  const packed = model.get("pack") > 1 ? `, packs of ${model.get("pack")}` : "";
  const steps = model.get("n_critic");
  return `${TARGETS[model.get("target")]}, ${GAMES[model.get("objective")]}, ${steps} D ${steps > 1 ? "steps" : "step"}, ${starts}${packed}`;
}
