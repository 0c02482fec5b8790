const functions = {
  identity: (value) => value,
  relu: (value) => Math.max(0, value),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  silu: (value) => value / (1 + Math.exp(-value)),
  tanh: Math.tanh,
};

/** The decoder's mean: z through each layer's x W + b, as the model was trained. */
function decoder(arrays, activation, output) {
  const layers = [];
  for (let i = 0; `W${i}` in arrays; i++) layers.push([arrays[`W${i}`], arrays[`b${i}`]]);
  const affine = (x, W, b) => b.map((bias, j) => x.reduce((sum, value, i) => sum + value * W[i * b.length + j], bias));
  return (z) =>
    layers.reduce((x, [W, b], i) => affine(x, W, b).map(functions[i < layers.length - 1 ? activation : output]), z);
}

const gaussian = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

function render({ model, el }) {
  const arrays = readArrays(model);
  const { codes, labels } = arrays;
  const sigma = model.get("sigma");
  const decode = decoder(arrays, model.get("activation"), model.get("output"));
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const limit = Math.max(3.2, 1.05 * codes.reduce((most, value) => Math.max(most, Math.abs(value)), 0));

  let noise = null; // the decoder's noise while samples are shown
  const move = (z) => {
    model.set("z", z.map((value) => Math.min(limit, Math.max(-limit, Math.round(value * 1000) / 1000))));
    model.save_changes();
  };

  const map = plot({ x: [-limit, limit], y: [-limit, limit], xLabel: "z₁", yLabel: "z₂", width: 352, height: 344 });
  map.element.classList.add("gx-map");
  for (const radius of [1, 2, 3]) {
    const r = map.X(radius) - map.X(0);
    map.area.append(svg("circle", { class: "gx-prior", cx: map.X(0), cy: map.Y(0), r }));
  }
  const groups = new Map(classes.map((name, i) => [name, svg("g", { class: `gx-class gx-colour-${i % 10}` })]));
  labels.forEach((label, i) => {
    const [x, y] = codes.row(i);
    groups.get(label).append(svg("text", { x: map.X(x).toFixed(1), y: (map.Y(y) + 3).toFixed(1) }, String(label)));
  });
  const points = svg("g", { "aria-hidden": "true" }, ...groups.values());
  const handle = svg(
    "g",
    {
      class: "gx-handle",
      tabindex: 0,
      role: "slider",
      "aria-label": "Point z in the latent map; all four arrow keys move it",
      "aria-valuemin": -limit.toFixed(2),
      "aria-valuemax": limit.toFixed(2),
    },
    svg("circle", { class: "gx-touch", r: 22 }),
    svg("circle", { class: "gx-ring", r: 8 }),
  );
  map.area.append(points, handle);
  dragging(map, handle, move, () => model.get("z"));

  const sliders = ["z₁", "z₂"].map((label, axis) =>
    slider({
      label,
      min: -Math.floor(limit * 20) / 20,
      max: Math.floor(limit * 20) / 20,
      step: 0.05,
      text: (value) => fixed(value),
      onInput: (value) => move(model.get("z").with(axis, value)),
    }),
  );
  const image = digits({ columns: 1, side: Math.sqrt(decode([0, 0]).length) });
  const numbers = readout(["Log prior density", "Nearest code"]);

  const modes = choice("Show", ["the mean", "a sample"], (mode) => {
    noise = mode === "a sample" ? [] : null;
    again.disabled = !noise;
    update();
  });
  const again = html("button", { type: "button", disabled: "" }, "New noise");
  again.addEventListener("click", () => {
    noise = [];
    update();
  });
  const noisy = sigma ? [html("div", { class: "gx-row" }, modes, again)] : [];

  const shown = groupFilter(classes, groups);
  frame(
    el,
    model,
    "Explorable: latent map",
    html("div", { class: "gx-controls" }, ...sliders.map(({ element }) => element), ...noisy),
    html(
      "div",
      { class: "gx-panels" },
      panel("Where the encoder puts the images", map.element, shown),
      panel("What the decoder makes of z", html("div", { class: "gx-decoded" }, image.element, numbers.element)),
    ),
  );

  function update() {
    const z = model.get("z");
    const place = `z₁ ${fixed(z[0])}, z₂ ${fixed(z[1])}`;
    handle.setAttribute("transform", `translate(${map.X(z[0])} ${map.Y(z[1])})`);
    handle.setAttribute("aria-valuenow", z[0].toFixed(2));
    handle.setAttribute("aria-valuetext", place);
    sliders.forEach(({ show }, axis) => show(z[axis]));
    const mean = Array.from(decode(z));
    if (noise && !noise.length) noise = mean.map(gaussian);
    const pixels = mean.map((value, i) => 255 * Math.min(1, Math.max(0, value + (noise ? sigma * noise[i] : 0))));
    image.draw(pixels, `Decoded ${noise ? "sample" : "mean"} at ${place}`);
    const near = nearest(codes, z);
    numbers.show({
      "Log prior density": `${fixed(-Math.log(2 * Math.PI) - (z[0] ** 2 + z[1] ** 2) / 2)} nats`,
      "Nearest code": `${fixed(near.distance)} away, class ${labels[near.index]}`,
    });
  }
  return onChange(model, ["z"], update);
}

function nearest(codes, z) {
  const squares = Array.from({ length: codes.shape[0] }, (_, i) => {
    const [x, y] = codes.row(i);
    return (x - z[0]) ** 2 + (y - z[1]) ** 2;
  });
  const least = squares.reduce((a, b) => Math.min(a, b));
  return { index: squares.indexOf(least), distance: Math.sqrt(least) };
}

/** Move by mouse anywhere, by touch from the handle (elsewhere a touch still scrolls), by keys. */
function dragging({ element, X, Y }, handle, move, current) {
  const toData = ({ clientX, clientY }) => {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(element.getScreenCTM().inverse());
    return [X.invert(x), Y.invert(y)];
  };
  let held = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType !== "mouse" && !handle.contains(event.target))) return;
    event.preventDefault();
    held = event.pointerId;
    element.setPointerCapture(held);
    handle.focus({ preventScroll: true });
    move(toData(event));
  });
  element.addEventListener("pointermove", (event) => event.pointerId === held && move(toData(event)));
  element.addEventListener("pointerup", (event) => {
    if (held === null && event.pointerType !== "mouse") move(toData(event)); // a tap
    held = null;
  });
  element.addEventListener("pointercancel", () => (held = null));
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 5], PageDown: [0, -5] };
  handle.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (event.key === "Home" || event.key === "End") move([0, 0]);
    else if (step) move(current().map((value, axis) => value + step[axis] * (event.shiftKey ? 0.5 : 0.1)));
    else return;
    event.preventDefault();
  });
}

/** One button for each class: pressed, it alone stays in full colour. */
function groupFilter(classes, groups) {
  const buttons = classes.map((name, i) => {
    const look = `gx-filter gx-colour-${i % 10}`;
    const button = html("button", { class: look, type: "button", "aria-pressed": "false" }, String(name));
    button.addEventListener("click", () => {
      const only = button.getAttribute("aria-pressed") === "false" ? name : null;
      classes.forEach((other, i) => {
        buttons[i].setAttribute("aria-pressed", String(other === only));
        groups.get(other).classList.toggle("gx-faint", only !== null && other !== only);
      });
    });
    return button;
  });
  const label = html("span", {}, "Only class");
  return html("div", { class: "gx-row gx-filters", role: "group", "aria-label": "Show only one class" }, label, ...buttons);
}

/** Radio buttons under a common name; the first is chosen. */
function choice(legend, options, onChoose) {
  const name = uniqueId();
  const labels = options.map((option, i) => {
    const input = html("input", { type: "radio", name });
    input.checked = i === 0;
    input.addEventListener("change", () => onChoose(option));
    return html("label", {}, input, ` ${option}`);
  });
  return html("div", { class: "gx-row", role: "radiogroup", "aria-label": legend }, html("span", {}, legend), ...labels);
}

export default { render };
