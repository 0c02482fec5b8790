const span = (low, high, count) => Array.from({ length: count }, (_, i) => low + (i * (high - low)) / (count - 1));

const Z = [-3, 3]; // what the plots show of z
const X = [-4, 4]; // and of x
const FINE = 160; // cells of x for the density
const BARS = 32; // and for the histogram
const COUNT = 3000; // samples

/** The least of …, 1, 2, 5, 10, … that is not below `value`: axes then change seldom. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((multiple) => multiple * power >= value - 1e-9);
}

function noisePanel({ z }, { noise }) {
  const drawn = plot({ x: Z, y: [0, 0.6], xLabel: "z", yLabel: "p(z)" });
  const points = span(...Z, 241).map((at) => [at, noise.density(at)]);
  drawn.inside.append(curve(drawn, "gx-pf-noise", [[Z[0], 0], ...points, [Z[1], 0]]));
  drawn.area.append(dot(drawn, z, noise.density(z)));
  return [drawn, `Density of the noise; at z = ${fixed(z)} it is ${fixed(noise.density(z), 3)}`];
}

const dot = ({ X: across, Y: up, box }, x, y, look = "gx-pf-here", r = 5) =>
  svg("circle", { class: look, r, cx: across(x), cy: Math.max(up(y), box.top) });

function mapPanel({ handles, z }, { map }) {
  const drawn = plot({ x: Z, y: X, xLabel: "z", yLabel: "x = G(z)" });
  drawn.inside.append(curve(drawn, "gx-pf-straight", [[-4, -4], [4, 4]]));
  for (const at of span(...Z, 25)) {
    const [left, right] = [drawn.X(at), drawn.Y(map.value(at))];
    drawn.inside.append(svg("path", { class: "gx-pf-way", d: `M${left},${drawn.box.bottom}V${right}H${drawn.box.left}` }));
  }
  drawn.inside.append(curve(drawn, "gx-pf-map", span(...Z, 161).map((at) => [at, map.value(at)])));
  drawn.area.append(dot(drawn, z, map.value(z)));
  handles.forEach((x, k) => drawn.area.append(dot(drawn, PLACES[k], x, "gx-pf-handle", 8)));
  return [drawn, `The map through the handles ${handles.map((x, k) => `(${minus(String(PLACES[k]))}, ${fixed(x)})`).join(", ")}`];
}

function slopePanel({ z }, { map }) {
  const points = span(...Z, 241).map((at) => [at, map.slope(at)]);
  const top = roundUp(Math.max(2, ...points.map(([, slope]) => Math.abs(slope))));
  const low = Math.min(...points.map(([, slope]) => slope));
  const drawn = plot({ x: Z, y: [low < -1e-6 ? -top : 0, top], xLabel: "z", yLabel: "slope G′(z)" });
  drawn.inside.append(curve(drawn, "gx-pf-zero", [[Z[0], 0], [Z[1], 0]]));
  drawn.inside.append(curve(drawn, "gx-pf-map", points));
  drawn.area.append(dot(drawn, z, map.slope(z)));
  const folds = low < -1e-6 ? "; it is negative in places, where the map folds back" : "";
  return [drawn, `Slope of the map; at z = ${fixed(z)} it is ${fixed(map.slope(z))}${folds}`];
}

function densityPanel({ z }, { map, noise, samples, at }) {
  const cells = cellDensities(map, noise, ...X, FINE);
  const top = Math.min(roundUp(Math.max(0.5, ...cells)), 5);
  const drawn = plot({ x: X, y: [0, top], xLabel: "x", yLabel: "q(x)" });
  const width = (X[1] - X[0]) / BARS;
  const counts = new Array(BARS).fill(0);
  for (const x of samples.map(map.value)) {
    const bar = Math.floor((x - X[0]) / width);
    if (bar >= 0 && bar < BARS) counts[bar] += 1;
  }
  counts.forEach((count, k) => {
    const height = count / COUNT / width;
    const [left, up] = [drawn.X(X[0] + k * width), drawn.Y(height)];
    const size = { width: drawn.X(X[0] + width) - drawn.X(X[0]) - 1, height: drawn.box.bottom - up };
    drawn.inside.append(svg("rect", { class: "gx-pf-bar", x: left, y: up, ...size }));
  });
  const fine = (X[1] - X[0]) / FINE;
  drawn.inside.append(curve(drawn, "gx-pf-density", cells.map((q, k) => [X[0] + (k + 0.5) * fine, q])));
  const x = map.value(z);
  if (Math.abs(x) <= X[1]) drawn.area.append(dot(drawn, x, at.density));
  const peak = X[0] + (cells.indexOf(Math.max(...cells)) + 0.5) * fine;
  return [drawn, `Density of x and a histogram of ${COUNT} samples; it is highest near x = ${fixed(peak, 1)}`];
}

const READINGS = ["x = G(z)", "p(z)", "slope G′(z)", "p(z) / |slope|", "q(x), all ways", "ways to x"];
const SHAPES = {
  Straight: [-2, -1, 0, 1, 2],
  "Two heaps": [-1.7, -1.4, 0, 1.4, 1.7],
  "One heap": [-3, -0.6, 0, 0.6, 3],
  Fold: [-2, 1, 0, -1, 2],
};

/** The parts of a change-of-variables reading at the present z. */
function reading({ noise: name, handles, z }) {
  const [noise, map] = [NOISES[name], through(handles)];
  const at = densityAt(map.value(z), map, noise);
  return { noise, map, at, samples: draws(noise, COUNT) };
}

function render({ model, el }) {
  const limits = model.get("limits");
  const names = ["noise", "handles", "z"];
  const current = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const put = setter(model);
  const bend = (k, x) => put({ handles: current().handles.map((old, i) => (i === k ? x : old)) });

  const [low, high] = limits.handles;
  const handleSliders = PLACES.map((place, k) =>
    slider({
      label: `Handle at z = ${minus(String(place))}`,
      min: low,
      max: high,
      step: 0.1,
      text: (x) => `x = ${fixed(x, 1)}`,
      onInput: (x) => bend(k, x),
    }),
  );
  const place = slider({
    label: "Look at z",
    min: limits.z[0],
    max: limits.z[1],
    step: 0.05,
    text: (z) => `z = ${fixed(z)}`,
    onInput: (z) => put({ z }),
  });

  const group = uniqueId();
  const radios = Object.keys(NOISES).map((name) => {
    const input = html("input", { type: "radio", name: group, value: name });
    input.addEventListener("change", () => put({ noise: name }));
    return [name, input, html("label", {}, input, ` ${name}`)];
  });
  const choice = html("fieldset", { class: "gx-row gx-pf-noises" }, html("legend", {}, "Noise"), ...radios.map(([, , label]) => label));
  const presets = Object.entries(SHAPES).map(([name, handles]) => {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", () => put({ handles }));
    return button;
  });
  const numbers = readout(READINGS);

  const pictures = [noisePanel, mapPanel, slopePanel, densityPanel].map((draw) => ({ draw, holder: html("div") }));
  const [noise, map, slope, density] = pictures.map(({ holder }) => holder);
  const line = (look) => svg("line", { class: look, x1: 0, x2: 24, y1: 6, y2: 6 });
  const bar = svg("rect", { class: "gx-pf-bar", x: 2, y: 1, width: 20, height: 10 });
  const knob = svg("circle", { class: "gx-pf-handle", cx: 12, cy: 6, r: 5 });
  frame(
    el,
    model,
    "Explorable: push-forward",
    html(
      "div",
      { class: "gx-controls" },
      choice,
      html("div", { class: "gx-sliders" }, ...[...handleSliders, place].map(({ element }) => element)),
      html("div", { class: "gx-row" }, "Map:", ...presets),
      numbers.element,
    ),
    html(
      "div",
      { class: "gx-panels" },
      panel("The noise", noise),
      panel("The map: drag its handles", map, legend([knob, "handle"], [line("gx-pf-way"), "where noise lands"])),
      panel("How much it stretches", slope),
      panel("Noise over stretch: the density of x", density, legend([line("gx-pf-density"), "change of variables"], [bar, "samples"])),
    ),
  );
  dragged(map, { low, high, handles: () => current().handles, bend });

  function update() {
    const values = current();
    const found = reading(values);
    handleSliders.forEach(({ show }, k) => show(values.handles[k]));
    place.show(values.z);
    for (const [name, input] of radios) input.checked = name === values.noise;
    const [p, stretch] = [found.noise.density(values.z), found.map.slope(values.z)];
    const share = Math.abs(stretch) > 1e-9 ? brief(p / Math.abs(stretch)) : "∞";
    const here = [fixed(found.map.value(values.z)), fixed(p, 3), fixed(stretch), share, brief(found.at.density), String(found.at.ways)];
    numbers.show(Object.fromEntries(READINGS.map((name, k) => [name, here[k]])));
    for (const { draw, holder } of pictures) hang(holder, ...draw(values, found));
  }
  return onChange(model, names, update);
}

/** Let the pointer take hold of a handle of the map; the sliders do the same by keyboard. */
function dragged(holder, { low, high, handles, bend }) {
  let held = -1;
  const place = (event) => {
    const seen = holder.querySelector("svg.gx-plot").getBoundingClientRect();
    const zoom = 340 / seen.width;
    const [left, up] = [(event.clientX - seen.left) * zoom, (event.clientY - seen.top) * zoom];
    return { z: scale(Z, [46, 332]).invert(left), x: scale(X, [192, 8]).invert(up) };
  };
  holder.addEventListener("pointerdown", (event) => {
    const { z, x } = place(event);
    held = PLACES.findIndex((at, k) => Math.abs(at - z) < 0.4 && Math.abs(handles()[k] - x) < 0.8);
    if (held >= 0) holder.setPointerCapture(event.pointerId);
  });
  holder.addEventListener("pointermove", (event) => {
    if (held < 0) return;
    const x = Math.round(10 * Math.min(Math.max(place(event).x, low), high)) / 10;
    if (x !== handles()[held]) bend(held, x);
  });
  for (const end of ["pointerup", "pointercancel"]) holder.addEventListener(end, () => (held = -1));
}

export default { render };
