// The recorded runs of one cell of the phase diagram, and the run in the page beside them.

const MEASURES = [
  { name: "m20", words: "modes covered", top: 8, text: brief },
  { name: "quality", words: "good samples", top: 1, text: percent },
  { name: "reverse_kl", words: "reverse KL", top: 2.1, text: fixed }, // nats; ln 8 is one mode
];
const known = (value) => Number.isFinite(value) && value >= 0; // -1 where a run has none
const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : NaN);

/** The runs of a cell: {seed, verdict, m20, quality, reverse_kl} each; null where only verdicts were recorded. */
function runsOf(arrays, at, seeds) {
  if (!MEASURES.every(({ name }) => arrays[name])) return null;
  return Array.from({ length: seeds }, (_, s) => {
    const numbers = Object.fromEntries(MEASURES.map(({ name }) => [name, arrays[name][at * seeds + s]]));
    return { seed: s, verdict: RECORDED[arrays.verdict[at * seeds + s]], ...numbers };
  });
}

/** One measure as a strip: a ring for each recorded run, the live ones as dots below. */
function strip({ name, words, top, text }, runs, live, selected) {
  const size = { width: 260, height: 52 };
  const X = scale([0, top], [8, 252]);
  const made = svg("svg", { class: "gx-plot", viewBox: `0 0 ${size.width} ${size.height}` });
  made.append(svg("path", { class: "gx-lab-rule", d: "M8,38H252" }));
  for (const at of [0, top / 2, top]) {
    const anchor = at === 0 ? "start" : at === top ? "end" : "middle";
    made.append(svg("text", { x: X(at), y: 50, "text-anchor": anchor }, text(at)));
  }
  const stacked = new Map(); // equal values side by side, upwards
  for (const value of runs.map((run) => run[name]).filter(known)) {
    const x = Math.round(X(Math.min(value, top)) / 6) * 6;
    const level = stacked.get(x) ?? 0;
    stacked.set(x, level + 1);
    made.append(svg("circle", { class: "gx-lab-then", r: 2.6, cx: x, cy: 33 - Math.min(level, 9) * 3.2 }));
  }
  live.forEach((run, r) => {
    if (!known(run[name])) return;
    const x = X(Math.min(run[name], top));
    made.append(svg("path", { class: r === selected ? "gx-lab-now gx-lab-chosen" : "gx-lab-now", d: `M${x},36l4,7h-8z` }));
  });
  made.setAttribute("role", "img");
  const all = runs.map((run) => run[name]).filter(known);
  const seen = all.length ? `${text(Math.min(...all))} to ${text(Math.max(...all))}` : "none";
  const now = known(live[selected]?.[name]) ? text(live[selected][name]) : "none yet";
  made.setAttribute("aria-label", `${words}: recorded ${seen}, here ${now}`);
  return made;
}

/** Recorded and live runs: strips, and a table with a row for each. `show(runs)` takes a cell's, or null. */
function labRuns(steps) {
  const strips = html("div", { class: "gx-lab-strips" });
  const body = html("tbody");
  const columns = ["", ...MEASURES.map(({ words }) => words), "verdict"];
  const head = html("tr", {}, ...columns.map((words) => words ? html("th", { scope: "col" }, words) : html("td")));
  const table = html("table", { class: "gx-lab-table" }, html("thead", {}, head), body);
  const title = html("p", { class: "gx-title" });
  const mark = (look, d) => svg("path", { class: look, d });
  const then = svg("circle", { class: "gx-lab-then", r: 3.5, cx: 12, cy: 6 });
  const keys = legend([then, "recorded"], [mark("gx-lab-now gx-lab-chosen", "M12,1l5,9h-10z"), "in this page, now"]);
  const element = html("div", { class: "gx-lab-runs", hidden: "" }, title, html("div", { class: "gx-lab-runs-grid" }, html("div", {}, strips, keys), table));
  let [recorded, live, selected] = [null, [], 0];

  function row(name, numbers, verdict, look = "") {
    const cells = MEASURES.map(({ name: which, text }) => html("td", {}, known(numbers[which]) ? text(numbers[which]) : "–"));
    return html("tr", { class: look }, html("th", { scope: "row" }, name), ...cells, html("td", {}, verdict));
  }
  function draw() {
    element.hidden = !recorded;
    if (!recorded) return;
    const counts = RECORDED.map((word) => [recorded.filter((run) => run.verdict === word).length, word]).filter(([n]) => n);
    const said = counts.map(([n, word]) => `${n} ${VERDICTS[word]}`).join(", ");
    title.textContent = `Recorded${steps ? ` after ${grouped(steps)} steps of G` : ""}: ${said}`;
    const means = Object.fromEntries(MEASURES.map(({ name }) => [name, mean(recorded.map((run) => run[name]).filter(known))]));
    const run = live[selected];
    const here = run ? `here, seed ${run.seed}, step ${grouped(run.step)}` : "here";
    body.replaceChildren(
      row(here, run?.step ? run : {}, run?.step ? VERDICTS[run.verdict] : "not trained yet", "gx-lab-here"),
      row("recorded, mean", means, ""),
      ...recorded.map((one) => row(`seed ${one.seed}`, one, VERDICTS[one.verdict])),
    );
    const trained = live.map((one) => (one.step ? one : {}));
    strips.replaceChildren(
      ...MEASURES.map((measure) => html("div", {}, html("span", {}, measure.words), strip(measure, recorded, trained, selected))),
    );
  }
  return {
    element,
    show(runs) {
      recorded = runs;
      draw();
    },
    live(runs, which) {
      [live, selected] = [runs, which];
      draw();
    },
  };
}
