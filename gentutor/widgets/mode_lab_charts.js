// What the mode-collapse lab shows over time, and eight runs beside each other.

const VERDICTS = {
  covers: "covers", collapsed: "collapsed", failed: "failed to train", spread: "spread between modes", partial: "partly covered",
  diverged: "diverged",
};
const grouped = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");
const percent = (share) => (Number.isFinite(share) ? `${Math.round(100 * share)} %` : "–");

/** One chart of lines over the steps: `lines` are [class, points of {step, …}, name of the number]. */
function drawOverSteps(box, { lines, y, yLabel, yTicks, yText = brief, said }) {
  const width = Math.max(150, box.clientWidth);
  const steps = Math.max(20, ...lines.map(([, history]) => history.at(-1)?.step ?? 0));
  const made = plot({
    x: [0, steps], y, xLabel: "step of G", yLabel, width, height: 128,
    xTicks: ticks(0, steps, width < 250 ? 2 : 4), yTicks: yTicks ?? ticks(...y, 4), xText: grouped, yText,
  });
  for (const [name, history, number] of lines) {
    const points = history.filter((point) => Number.isFinite(point[number])).map((point) => [point.step, point[number]]);
    made.inside.append(curve(made, name, points));
  }
  hang(box, made, said);
}

/** The three charts of the selected run; of the others' coverage a faint line each. */
function labCharts() {
  const boxes = [0, 0, 0].map(() => html("div", { class: "gx-drawn" }));
  const line = (name) => svg("line", { class: name, x1: 0, y1: 6, x2: 24, y2: 6 });
  const element = html(
    "div",
    { class: "gx-lab-charts" },
    panel("Coverage", boxes[0], legend([line("gx-lab-modes"), "modes covered"], [line("gx-lab-good"), "good samples"])),
    panel("Reverse KL over modes", boxes[1]),
    panel("Losses", boxes[2], legend([line("gx-lab-d"), "D"], [line("gx-lab-g"), "G"])),
  );
  function draw(histories, selected, modes) {
    const mine = histories[selected] ?? [];
    const now = mine.at(-1);
    const others = histories.filter((_, r) => r !== selected).map((history) => ["gx-lab-other", history, "covered"]);
    drawOverSteps(boxes[0], {
      lines: [...others, ["gx-lab-good", mine, "quality"], ["gx-lab-modes", mine, "covered"]],
      y: [0, 1.04], yLabel: "", yTicks: [0, 0.5, 1], yText: percent,
      said: now ? `Coverage at step ${grouped(now.step)}: ${percent(now.covered)} of the modes, ${percent(now.quality)} good samples` : "No step yet",
    });
    drawOverSteps(boxes[1], {
      lines: [["gx-lab-modes", mine, "reverse_kl"]], y: [0, 1.04 * Math.log(modes)], yLabel: "nats", yTicks: ticks(0, Math.log(modes), 2),
      said: now && Number.isFinite(now.reverse_kl) ? `Reverse KL ${fixed(now.reverse_kl)} nats` : "No reverse KL: no good sample yet",
    });
    const finite = mine.flatMap(({ step, d, g }) => (step >= (now.step ?? 0) / 20 ? [d, g] : [])).filter(Number.isFinite);
    drawOverSteps(boxes[2], {
      lines: [["gx-lab-d", mine, "d"], ["gx-lab-g", mine, "g"]], y: extent([0, ...finite, ...(finite.length ? [] : [1])]), yLabel: "loss",
      said: finite.length ? `Losses: D ${fixed(now.d)}, G ${fixed(now.g)}` : "No loss yet",
    });
  }
  return { element, draw };
}

/** Eight small planes, each a button that selects its run. */
function labMultiples(onSelect) {
  const cells = Array.from({ length: 8 }, (_, r) => {
    const plane = square({ role: "presentation" });
    const [words, verdict] = [html("span", {}), html("span", {})];
    const button = html("button", { type: "button", class: "gx-lab-cell", "aria-label": "A run to come" }, plane.canvas, words, " ", verdict);
    button.addEventListener("click", () => onSelect(r));
    return { plane, words, verdict, button };
  });
  const tally = html("p", { class: "gx-title" });
  const element = html("div", { class: "gx-lab-multiples" }, tally, html("div", { class: "gx-lab-cells" }, ...cells.map(({ button }) => button)));
  /** `runs` are {seed, points, verdict, m20, modes}; `target` and `colours` as on the large plane. */
  function draw(runs, selected, target, places, colours) {
    element.hidden = runs.length < 2;
    if (element.hidden) return;
    const counts = Object.keys(VERDICTS).map((verdict) => [runs.filter((run) => run.verdict === verdict).length, VERDICTS[verdict]]);
    const said = counts.filter(([count]) => count).map(([count, words]) => `${count} ${words}`);
    tally.textContent = `Eight seeds: ${said.join(", ")}`;
    runs.forEach(({ seed, points, verdict, m20, modes }, r) => {
      const { plane, words, verdict: word, button } = cells[r];
      const drawn = plane.begin(target.view);
      crosses(drawn, places, rgba(colours.real, 0.5));
      dots(drawn, points, rgba(colours.fake, 0.8), 2);
      words.textContent = `${seed}: ${m20} of ${modes}`;
      word.textContent = verdict;
      button.setAttribute("aria-pressed", r === selected);
      button.setAttribute("aria-label", `Seed ${words.textContent}, ${VERDICTS[verdict]}`);
    });
  }
  return { element, draw };
}
