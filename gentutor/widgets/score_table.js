const entropyOf = (p) => p.reduce((sum, value) => (value > 0 ? sum - value * Math.log(value) : sum), 0);
const meanOf = (rows) => rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);

/** Rows that add up to 1; null where a row adds up to 0 and is no distribution. */
function normalised(weights) {
  return weights.map((row) => {
    const total = row.reduce((a, b) => a + b, 0);
    return total > 0 ? row.map((value) => value / total) : null;
  });
}

/** Entropies, nats, and the score of some images' rows. */
function scoreOf(rows) {
  const marginal = meanOf(rows);
  const entropies = rows.map(entropyOf);
  const within = entropies.reduce((a, b) => a + b, 0) / rows.length;
  const information = Math.max(entropyOf(marginal) - within, 0);
  return { marginal, entropies, within, between: entropyOf(marginal), information, score: Math.exp(information) };
}

/** Contiguous parts whose lengths differ by at most one, each scored. */
function splitScores(rows, splits) {
  const cut = (i) => Math.floor((i * rows.length) / splits);
  return Array.from({ length: splits }, (_, i) => scoreOf(rows.slice(cut(i), cut(i + 1))).score);
}

const KINDS = {
  "One sure image a class": (n, k) => Array.from({ length: n }, (_, i) => Array.from({ length: k }, (_, j) => (j === i % k ? 10 : 0))),
  "Sorted by class": (n, k) => Array.from({ length: n }, (_, i) => Array.from({ length: k }, (_, j) => (j === Math.floor((i * k) / n) ? 10 : 0))),
  "All the same": (n, k) => Array.from({ length: n }, () => Array.from({ length: k }, (_, j) => (j ? 0 : 10))),
  "No idea": (n, k) => Array.from({ length: n }, () => Array(k).fill(5)),
  "0.8, 0.1, 0.1": (n, k) => Array.from({ length: n }, (_, i) => Array.from({ length: k }, (_, j) => (j === i % k ? 8 : 1))),
};

function render({ model, el }) {
  const shape = () => [model.get("weights").length, model.get("weights")[0].length];
  const [count, classes] = shape();
  const names = Array.from({ length: classes }, (_, j) => String.fromCharCode(65 + j));
  const put = setter(model);
  const bar = (i, j) => {
    const label = `image ${i + 1}, class ${names[j]}`;
    const input = html("input", { type: "range", min: 0, max: 10, step: 0.5, "aria-label": label });
    input.addEventListener("input", () => {
      const weights = model.get("weights").map((row) => [...row]);
      weights[i][j] = Number(input.value);
      put({ weights });
    });
    const value = html("span", { class: "gx-score-value", "aria-hidden": "true" });
    const fill = html("span", { class: "gx-score-fill", "aria-hidden": "true" });
    const cell = html("div", { class: "gx-score-cell" }, html("span", { class: "gx-score-name", "aria-hidden": "true" }, names[j]), input, fill, value);
    return { cell, input, fill, value };
  };
  const bars = Array.from({ length: count }, (_, i) => Array.from({ length: classes }, (_, j) => bar(i, j)));
  const foot = bars.map(() => html("p", { class: "gx-score-foot" }));
  const images = bars.map((row, i) => {
    const cells = html("div", { class: "gx-score-row" }, ...row.map(({ cell }) => cell));
    return html("div", { class: "gx-score-image", role: "group", "aria-label": `image ${i + 1}` }, html("p", { class: "gx-title" }, `image ${i + 1}`), cells, foot[i]);
  });
  const marginal = html("div");
  const parts = html("p", { class: "gx-score-note" });
  const splits = slider({ label: "splits", min: 1, max: count, step: 1, text: (value) => `${value}`, onInput: (value) => put({ splits: value }) });
  const buttons = Object.entries(KINDS).map(([name, make]) => {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", () => put({ weights: make(count, classes) }));
    return button;
  });
  const numbers = readout(["H[p(y)]", "mean H[p(y|x)]", "information", "score, all together", "mean over splits"]);
  frame(
    el,
    model,
    "Explorable: a table of p(y|x)",
    html("div", { class: "gx-controls" }, html("div", { class: "gx-row" }, ...buttons), splits.element, numbers.element, parts),
    html("div", { class: "gx-score-table" }, ...images),
    panel("The mean of the rows, p(y)", marginal),
  );

  function drawMarginal(found) {
    const drawn = plot({ x: [-0.6, classes - 0.4], y: [0, 1], xLabel: "class", yLabel: "p(y)", xTicks: names.map((_, j) => j), xText: (j) => names[j], height: 170 });
    found.marginal.forEach((value, j) => {
      const [x, y] = [drawn.X(j - 0.35), drawn.Y(value)];
      drawn.inside.append(svg("rect", { class: "gx-score-marginal", x, y, width: drawn.X(j + 0.35) - x, height: drawn.Y(0) - y }));
      drawn.area.append(svg("text", { x: drawn.X(j), y: y - 4, "text-anchor": "middle" }, fixed(value, 3)));
    });
    const words = found.marginal.map((value, j) => `${names[j]} ${fixed(value, 3)}`).join(", ");
    hang(marginal, drawn, `p(y): ${words}`);
  }

  function update() {
    const weights = model.get("weights");
    const rows = normalised(weights);
    const empty = rows.flatMap((row, i) => (row ? [] : [i + 1]));
    const present = rows.filter((row) => row);
    splits.show(model.get("splits"));
    weights.forEach((row, i) =>
      row.forEach((weight, j) => {
        const { input, fill, value } = bars[i][j];
        const p = rows[i]?.[j] ?? 0;
        input.value = weight;
        input.setAttribute("aria-valuetext", `weight ${weight}, p = ${rows[i] ? fixed(p, 2) : "undefined"}`);
        fill.style.height = `${6.5 * p}rem`;
        value.textContent = rows[i] ? fixed(p, 2) : "–";
      }),
    );
    rows.forEach((row, i) => (foot[i].textContent = row ? `H = ${fixed(entropyOf(row), 3)}` : "adds up to 0"));
    if (!present.length) {
      numbers.show(Object.fromEntries(["H[p(y)]", "mean H[p(y|x)]", "information", "score, all together", "mean over splits"].map((name) => [name, "none"])));
      parts.textContent = "Every row adds up to 0: dividing by it gives 0/0, so no image has a distribution and there is no score.";
      marginal.replaceChildren();
      return;
    }
    const found = scoreOf(present);
    const many = Math.min(model.get("splits"), present.length);
    const each = splitScores(present, many);
    numbers.show({
      "H[p(y)]": fixed(found.between, 3),
      "mean H[p(y|x)]": fixed(found.within, 3),
      information: `${fixed(found.information, 3)} nats`,
      "score, all together": fixed(found.score, 3),
      "mean over splits": fixed(each.reduce((a, b) => a + b) / many, 3),
    });
    const left = empty.length
      ? `Image ${empty.join(", ")}: the row adds up to 0, so p = 0/0 is no distribution. It is left out here; a program that divides anyway gets NaN for the whole score. `
      : "";
    parts.textContent = `${left}Split by split: ${each.map((value) => fixed(value, 3)).join(", ")}. A split of n images cannot pass min(n, ${classes}).`;
    drawMarginal(found);
  }
  return onChange(model, ["weights", "splits"], update);
}

export default { render };
