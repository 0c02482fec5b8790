// The recorded phase diagram: how runs of one objective ended, over D's learning rate and D's steps.

const RECORDED = ["failed", "collapsed", "covers", "spread", "partial"]; // VERDICTS of mode_coverage

/** How many of a cell's seeds got each verdict. */
function tally({ verdict }, at, seeds) {
  const counts = RECORDED.map(() => 0);
  for (let s = 0; s < seeds; s++) counts[verdict[at * seeds + s]]++;
  return counts;
}

/** Whether the lab is set as `wanted`, but for weights that its objective has no use for. */
function isSetTo(model, wanted) {
  const idle = { gp_weight: !PENALISED.includes(wanted.objective), clip: wanted.objective !== "wgan_clip" };
  const near = (a, b) => a === b || (typeof a === "number" && Math.abs(a / b - 1) < 0.02);
  return Object.entries(wanted).every(([name, value]) => idle[name] || near(model.get(name), value));
}

/**
 * A table for the objective that is chosen: columns are D's rate over G's, rows D's steps, a cell its
 * seeds' verdicts as a bar. A press on a cell loads its settings; below stand the runs of the cell
 * that the lab is set to, with the live ones, which `live(runs, selected)` brings up to date.
 */
function labPhase(model, save) {
  const recorded = model.get("recorded");
  const still = { show() {}, live() {} };
  if (recorded.missing) return { element: html("p", { class: "gx-lab-phase", role: "note" }, recorded.missing), ...still };
  if (!recorded.objective) return { element: "", ...still };
  const arrays = readArrays(model);
  const { verdict } = arrays;
  const [, ratios, rounds, seeds] = verdict.shape;
  const runs = labRuns(recorded.steps);
  const settingsOf = (objective, n_critic, ratio) => ({
    ...PLAIN, ...(recorded.settings[objective] ?? {}), target: "ring", objective, n_critic, lr_d: Number((ratio * PLAIN.lr_g).toPrecision(3)),
  });
  const title = html("p", { class: "gx-title" });
  const cells = recorded.n_critic.map((n) =>
    recorded.lr_ratio.map((ratio) => {
      const bar = html("span", { class: "gx-lab-bar", "aria-hidden": "true" });
      const [count, word] = [html("span", {}), html("span", { class: "gx-lab-word" })];
      const button = html("button", { type: "button", class: "gx-lab-phase-cell" }, bar, count, word);
      button.addEventListener("click", () => save(settingsOf(model.get("objective"), n, ratio)));
      return { bar, count, word, button };
    }),
  );
  const head = recorded.lr_ratio.map((ratio) => html("th", { scope: "col" }, `× ${brief(ratio)}`));
  const rows = recorded.n_critic.map((n, i) =>
    html("tr", {}, html("th", { scope: "row" }, n > 1 ? `${n} D steps` : "1 D step"), ...cells[i].map(({ button }) => html("td", {}, button))),
  );
  const key = (word) => [svg("rect", { class: `gx-lab-${word}`, x: 6, y: 1, width: 11, height: 10 }), VERDICTS[word]];
  const element = html(
    "div",
    { class: "gx-lab-phase" },
    title,
    html("table", {}, html("tr", {}, html("th", { scope: "col" }, "D’s rate over G’s"), ...head), ...rows),
    legend(...["covers", "partial", "spread", "collapsed", "failed"].map(key)),
    runs.element,
  );

  /** Follow the settings: the objective's table, and the cell that they are. */
  function show() {
    const game = recorded.objective.indexOf(model.get("objective"));
    element.hidden = game < 0;
    if (game < 0) return;
    title.textContent = `Recorded: ${GAMES[model.get("objective")]} from the collapsed start on the ring, ${seeds} seeds a cell. Press one for its settings and its runs.`;
    let chosen = null;
    recorded.n_critic.forEach((n, i) =>
      recorded.lr_ratio.forEach((share, c) => {
        const at = (game * ratios + c) * rounds + i;
        const counts = tally({ verdict }, at, seeds);
        const here = isSetTo(model, settingsOf(model.get("objective"), n, share));
        if (here) chosen = runsOf(arrays, at, seeds);
        const { bar, count, word, button } = cells[i][c];
        bar.replaceChildren(
          ...[2, 4, 3, 1, 0].filter((v) => counts[v]).map((v) => html("i", { class: `gx-lab-${RECORDED[v]}`, style: `flex: ${counts[v]}` })),
        );
        const most = counts.indexOf(Math.max(...counts));
        count.textContent = counts[most];
        word.textContent = ` ${RECORDED[most]}`;
        const said = RECORDED.map((name, v) => `${counts[v]} ${name}`).filter((_, v) => counts[v]).join(", ");
        button.setAttribute("aria-label", `${n} D ${n > 1 ? "steps" : "step"}, D’s rate ${brief(share)} times G’s: ${said}`);
        button.setAttribute("aria-pressed", here);
      }),
    );
    runs.show(chosen);
  }
  return { element, show, live: runs.live };
}
