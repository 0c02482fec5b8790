const pairsOf = (array) => Array.from({ length: array.length / 2 }, (_, i) => [array[2 * i], array[2 * i + 1]]);

/** Why the scores are as they are: the first thing that is wrong, in words. */
function lesson(modes, { kept, blur, memorised }, scores) {
  if (!scores) {
    return "Nothing is generated: there is no mean, no neighbour and no class, so no score is defined. A score of an empty set is a bug, and a library that returns 0 hides it.";
  }
  const missing = modes - kept.length;
  const words = [];
  if (missing) {
    words.push(
      `${missing} of ${modes} modes are empty: recall and coverage fall, precision does not. The Inception Score cannot exceed ${kept.length}, the classes left, and never asks the data.`,
    );
  }
  if (blur > 0.15) words.push("Blur carries points off the data: precision falls, and the classifier is less sure.");
  if (memorised > 0) {
    const share = Math.round(100 * scores.copied);
    words.push(`${share} % are training points. Every score likes that; only the count of copies shows it.`);
  }
  return words.join(" ") || "A perfect generator: fresh points of every mode. These are the scores that real points would get.";
}

function cloud(data, fake, { kept, blur, memorised }) {
  const [x, y] = [0, 1].map((axis) => extent([...data.train, ...data.centres].map((point) => point[axis]), 0.22));
  const drawn = plot({ x, y, xLabel: "feature 1", yLabel: "feature 2", height: 320 });
  const copies = Math.round(memorised * fake.length);
  const dot = (name, r, [px, py]) => svg("circle", { class: name, r, cx: drawn.X(px).toFixed(1), cy: drawn.Y(py).toFixed(1) });
  drawn.inside.append(...data.train.map((point) => dot("gx-train", 2, point)));
  drawn.inside.append(...fake.map((point, i) => (i < copies ? dot("gx-copy", 3, point) : dot("gx-made", 2, point))));
  // `inside` has its own origin at the corner of the axes; its viewBox makes coordinates agree.
  const from = kept.length ? `modes ${kept.map((mode) => mode + 1).join(", ")}` : "no mode";
  return [drawn, `Training points in ${data.centres.length} modes and generated points from ${from}, blur ${brief(blur)}, ${copies} of them copies`];
}

function bars(scores, perfect) {
  const names = ["precision", "recall", "coverage", "copied"];
  const drawn = plot({ x: [0, 1.05], y: [4.1, -0.2], xLabel: "share", yLabel: "", yTicks: [], height: 220 });
  names.forEach((name, row) => {
    const value = scores[name];
    const top = drawn.Y(row + 0.42);
    const size = { width: Math.max(drawn.X(value) - drawn.X(0), 0), height: drawn.Y(row + 0.85) - top };
    drawn.area.append(svg("rect", { class: "gx-score", x: drawn.X(0), y: top, ...size }));
    drawn.area.append(svg("text", { class: "gx-note", x: drawn.X(0) + 5, y: top - 4 }, `${name} ${fixed(value)}`));
    const at = drawn.X(perfect[name]);
    drawn.area.append(svg("line", { class: "gx-perfect", x1: at, x2: at, y1: top - 2, y2: top + size.height + 2 }));
  });
  return [drawn, names.map((name) => `${name} ${fixed(scores[name])}, a perfect generator ${fixed(perfect[name])}`).join("; ")];
}

const SHOWN = { FID: "fid", KID: "kid", "Inception Score": "is", Precision: "precision", Recall: "recall", Density: "density", Coverage: "coverage", Copies: "copied" };

function render({ model, el }) {
  const arrays = readArrays(model);
  const data = {
    centres: pairsOf(arrays.centres),
    train: pairsOf(arrays.train),
    noise: pairsOf(arrays.noise),
    trainMode: Array.from(arrays.train_mode),
    sd: model.get("sd"),
  };
  const modes = data.centres.length;
  const current = () => ({ kept: model.get("kept"), blur: model.get("blur"), memorised: model.get("memorised") });
  const put = setter(model);
  const all = data.centres.map((_, mode) => mode);
  const perfect = allScores(data, generate({ ...data, kept: all, blur: 0, memorised: 0 }));

  const boxes = all.map((mode) => {
    const box = html("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      const others = model.get("kept").filter((other) => other !== mode);
      put({ kept: (box.checked ? [...others, mode] : others).sort((a, b) => a - b) });
    });
    return { box, element: html("label", {}, box, `mode ${mode + 1}`) };
  });
  const sliders = {
    blur: slider({
      label: "Blur added to each point",
      min: 0,
      max: 2,
      step: 0.1,
      text: (value) => `${fixed(value, 1)}`,
      onInput: (blur) => put({ blur }),
    }),
    memorised: slider({
      label: "Share of copied training points",
      min: 0,
      max: 1,
      step: 0.05,
      text: (value) => `${Math.round(100 * value)} %`,
      onInput: (memorised) => put({ memorised }),
    }),
  };
  const reset = html("button", { type: "button" }, "Perfect generator");
  reset.addEventListener("click", () => put({ kept: all, blur: 0, memorised: 0 }));
  const numbers = readout(Object.keys(SHOWN));
  const why = html("p", { class: "gx-why" });
  const [left, right] = [html("div"), html("div")];
  const dot = (name) => svg("circle", { class: name, r: 4, cx: 12, cy: 6 });
  const key = legend([dot("gx-train"), "training"], [dot("gx-made"), "generated"], [dot("gx-copy"), "copied"]);
  const line = legend([svg("line", { class: "gx-perfect", x1: 12, x2: 12, y1: 0, y2: 12 }), "perfect generator"]);

  frame(
    el,
    model,
    "Explorable: mode dropping",
    html(
      "div",
      { class: "gx-controls" },
      html("fieldset", { class: "gx-modes" }, html("legend", {}, "Modes that the generator makes"), ...boxes.map(({ element }) => element)),
      sliders.blur.element,
      sliders.memorised.element,
      html("div", { class: "gx-row" }, reset),
      numbers.element,
      why,
    ),
    html("div", { class: "gx-panels" }, panel("The points", left, key), panel("The shares", right, line)),
  );

  function update() {
    const values = current();
    const fake = generate({ ...data, ...values });
    const scores = allScores(data, fake);
    boxes.forEach(({ box }, mode) => (box.checked = values.kept.includes(mode)));
    sliders.blur.show(values.blur);
    sliders.memorised.show(values.memorised);
    const text = (key) => (scores ? fixed(scores[key], key === "kid" ? 3 : 2) : "undefined");
    numbers.show(Object.fromEntries(Object.entries(SHOWN).map(([name, key]) => [name, text(key)])));
    why.textContent = lesson(modes, values, scores);
    const pictures = [[left, cloud(data, fake, values)]];
    if (scores) pictures.push([right, bars(scores, perfect)]);
    else right.replaceChildren(html("p", {}, "No score: the generated set is empty."));
    for (const [holder, drawn] of pictures) hang(holder, ...drawn);
  }
  return onChange(model, ["kept", "blur", "memorised"], update);
}

export default { render };
