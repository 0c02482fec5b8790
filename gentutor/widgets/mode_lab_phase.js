// The recorded phase diagram: how runs of one objective ended, over D's learning rate and D's steps.

const RECORDED = ["failed", "collapsed", "covers", "spread", "partial"]; // VERDICTS of mode_coverage

/** How many of a cell's seeds got each verdict. */
function tally({ verdict }, at, seeds) {
  const counts = RECORDED.map(() => 0);
  for (let s = 0; s < seeds; s++) counts[verdict[at * seeds + s]]++;
  return counts;
}

/**
 * A table for the objective that is chosen: columns are D's rate over G's, rows D's steps, a cell its
 * seeds' verdicts as a bar. A press on a cell loads its settings. Null without a recording.
 */
function labPhase(model, save) {
  const recorded = model.get("recorded");
  if (recorded.missing) return { element: html("p", { class: "gx-lab-phase", role: "note" }, recorded.missing), show() {} };
  if (!recorded.objective) return { element: "", show() {} };
  const { verdict } = readArrays(model);
  const [, ratios, rounds, seeds] = verdict.shape;
  const title = html("p", { class: "gx-title" });
  const cells = recorded.n_critic.map((n) =>
    recorded.lr_ratio.map((ratio) => {
      const bar = html("span", { class: "gx-lab-bar", "aria-hidden": "true" });
      const [count, word] = [html("span", {}), html("span", { class: "gx-lab-word" })];
      const button = html("button", { type: "button", class: "gx-lab-phase-cell" }, bar, count, word);
      button.addEventListener("click", () => {
        const objective = model.get("objective");
        const own = recorded.settings[objective] ?? {};
        save({ ...PLAIN, ...own, target: "ring", objective, n_critic: n, lr_d: Number((ratio * PLAIN.lr_g).toPrecision(3)) });
      });
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
  );

  /** Follow the settings: the objective's table, and the cell that they are. */
  function show() {
    const game = recorded.objective.indexOf(model.get("objective"));
    element.hidden = game < 0;
    if (game < 0) return;
    title.textContent = `Recorded: ${GAMES[model.get("objective")]} from the collapsed start on the ring, ${seeds} seeds a cell. Press one for its settings.`;
    const ratio = model.get("lr_d") / model.get("lr_g");
    const here = model.get("target") === "ring" && model.get("collapsed") && model.get("pack") === 1;
    recorded.n_critic.forEach((n, i) =>
      recorded.lr_ratio.forEach((share, c) => {
        const counts = tally({ verdict }, (game * ratios + c) * rounds + i, seeds);
        const { bar, count, word, button } = cells[i][c];
        bar.replaceChildren(
          ...[2, 4, 3, 1, 0].filter((v) => counts[v]).map((v) => html("i", { class: `gx-lab-${RECORDED[v]}`, style: `flex: ${counts[v]}` })),
        );
        const most = counts.indexOf(Math.max(...counts));
        count.textContent = counts[most];
        word.textContent = ` ${RECORDED[most]}`;
        const said = RECORDED.map((name, v) => `${counts[v]} ${name}`).filter((_, v) => counts[v]).join(", ");
        button.setAttribute("aria-label", `${n} D ${n > 1 ? "steps" : "step"}, D’s rate ${brief(share)} times G’s: ${said}`);
        button.setAttribute("aria-pressed", here && n === model.get("n_critic") && Math.abs(ratio / share - 1) < 0.02);
      }),
    );
  }
  return { element, show };
}
