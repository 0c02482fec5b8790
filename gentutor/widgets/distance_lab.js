const SEEN = [-6, 6]; // of x
const SHIFTS = Array.from({ length: 41 }, (_, i) => -4 + i / 5);
const LEVELS = Array.from({ length: 15 }, (_, i) => (i + 0.5) / 15);
const NUMBERS = ["KL(p‖q)", "slope of KL", "JS", "slope of JS", "W₁", "slope of W₁"];
const STARTS = {
  "One on the other": { shift: 0, share: 0.5 },
  "Far apart": { shift: 4, share: 0.5 },
  "One heap dropped": { shift: 0, share: 1 },
};

/** Points of a curve over the grid, within the picture. */
const overX = (values) => PLACES_X.flatMap((x, i) => (x < SEEN[0] || x > SEEN[1] ? [] : [[x, values[i]]]));
const small = (value) => (Math.abs(value) < 1e-4 && value !== 0 ? minus(value.toExponential(0)) : fixed(value, 3));

function densitiesPanel({ shift }, { logP, logQ }) {
  const [p, q] = [logP, logQ].map((log) => log.map(Math.exp));
  const top = 1.1 * Math.max(...p, ...q);
  const drawn = plot({ x: SEEN, y: [0, top], xLabel: "x", yLabel: "density" });
  drawn.inside.append(curve(drawn, "gx-dl-real", overX(p)), curve(drawn, "gx-dl-fake", overX(q)));
  return [drawn, `Two densities: data with heaps at −1 and 1, samples moved by ${fixed(shift)}`];
}

function planPanel(values, { F, G, w1 }) {
  const drawn = plot({ x: SEEN, y: [0, 1], xLabel: "x", yLabel: "share of mass below x" });
  const ahead = overX(F);
  const back = overX(G).reverse();
  const outline = [...ahead, ...back].map(([x, y]) => `${drawn.X(x).toFixed(1)},${drawn.Y(y).toFixed(1)}`).join(" ");
  drawn.inside.append(svg("polygon", { class: "gx-dl-area", points: outline }));
  for (const level of LEVELS) {
    const [from, to] = [quantile(G, level), quantile(F, level)];
    drawn.inside.append(curve(drawn, "gx-dl-move", [[from, level], [to, level]]));
    drawn.inside.append(svg("circle", { class: "gx-dl-end", r: 2.2, cx: drawn.X(to), cy: drawn.Y(level) }));
  }
  drawn.inside.append(curve(drawn, "gx-dl-real", ahead), curve(drawn, "gx-dl-fake", overX(G)));
  return [drawn, `The distribution functions; the area between them is W1, ${fixed(w1, 3)}, the mean length of the moves`];
}

function criticPanel(values, { F, G, w1 }) {
  const score = bestCritic(F, G);
  const middle = score[Math.floor(score.length / 2)];
  const drawn = plot({ x: SEEN, y: [-5, 5], xLabel: "x", yLabel: "score f(x)" });
  drawn.inside.append(curve(drawn, "gx-dl-critic", overX(score.map((value) => value - middle))));
  return [drawn, `The best critic, of slope 1, 0 or −1; its mean scores differ by W1, ${fixed(w1, 3)}`];
}

let kept = { of: "", all: [] }; // the sweep over the shift, which the shift itself does not change

function sweep({ sd, share }, at) {
  const of = `${sd} ${share}`;
  if (kept.of !== of) kept = { of, all: SHIFTS.map((moved) => [moved, at(moved)]) };
  return kept.all;
}

function curvesPanel(values, { at, kl, js, w1 }) {
  const { shift } = values;
  const drawn = plot({ x: [-4, 4], y: [0, 4.2], xLabel: "shift of the samples", yLabel: "nats, or units of x" });
  const all = sweep(values, at);
  for (const [look, name] of [["gx-dl-kl", "kl"], ["gx-dl-js", "js"], ["gx-dl-w1", "w1"]]) {
    drawn.inside.append(curve(drawn, look, all.map(([moved, found]) => [moved, Math.min(found[name], 1e4)])));
  }
  for (const [look, value] of [["gx-dl-kl", kl], ["gx-dl-js", js], ["gx-dl-w1", w1]]) {
    if (value <= 4.2) drawn.area.append(svg("circle", { class: `${look} gx-dl-now`, r: 4.5, cx: drawn.X(shift), cy: drawn.Y(value) }));
  }
  return [drawn, `KL, JS and W1 over the shift; at ${fixed(shift)} they are ${small(kl)}, ${small(js)} and ${small(w1)}`];
}

function render({ model, el }) {
  const limits = model.get("limits");
  const names = Object.keys(limits);
  const current = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const put = setter(model);
  const control = (name, label, step, text) => {
    const [min, max] = limits[name];
    return slider({ label, min, max, step, text, onInput: (value) => put({ [name]: value }) });
  };
  const sliders = {
    shift: control("shift", "Shift of the samples", 0.05, (value) => `δ = ${fixed(value)}`),
    sd: control("sd", "Width of each heap", 0.05, (value) => `σ = ${fixed(value)}`),
    share: control("share", "Samples in the left heap", 0.05, (value) => `${Math.round(100 * value)} %`),
  };
  const buttons = Object.entries(STARTS).map(([name, values]) => {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", () => put(values));
    return button;
  });
  const numbers = readout(NUMBERS);
  numbers.element.classList.add("gx-terms");
  const line = (look) => svg("line", { class: look, x1: 0, x2: 24, y1: 6, y2: 6 });
  const pictures = [densitiesPanel, planPanel, criticPanel, curvesPanel].map((draw) => ({ draw, holder: html("div") }));
  const [two, plan, critic, curves] = pictures.map(({ holder }) => holder);
  frame(
    el,
    model,
    "Explorable: distance lab",
    html(
      "div",
      { class: "gx-controls" },
      html("div", { class: "gx-sliders" }, ...Object.values(sliders).map(({ element }) => element)),
      html("div", { class: "gx-row" }, ...buttons),
      numbers.element,
    ),
    html(
      "div",
      { class: "gx-panels" },
      panel("Data and samples", two, legend([line("gx-dl-real"), "data p"], [line("gx-dl-fake"), "samples q"])),
      panel("The best plan: sorted to sorted", plan, legend([line("gx-dl-move"), "a move"])),
      panel("The best critic", critic),
      panel("Three measures over the shift", curves, legend([line("gx-dl-kl"), "KL"], [line("gx-dl-js"), "JS"], [line("gx-dl-w1"), "W₁"])),
    ),
  );

  function update() {
    const values = current();
    const found = compare(values);
    for (const [name, { show }] of Object.entries(sliders)) show(values[name]);
    const { kl, js, w1, slope } = found;
    const here = [kl, slope.kl, js, slope.js, w1, slope.w1].map(small);
    numbers.show(Object.fromEntries(NUMBERS.map((name, k) => [name, here[k]])));
    for (const { draw, holder } of pictures) hang(holder, ...draw(values, found));
  }
  return onChange(model, names, update);
}

export default { render };
