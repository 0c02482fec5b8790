const PLACE = [-2, 2]; // of both players
const SIZE = { width: 340, height: 332 }; // of a plot whose inside is a square
const NUMBERS = ["|λ| of a step", "the players", "distance doubles or halves in", "distance at the end"];
const WAYS = { in: "come in", out: "leave", round: "go round", drift: "drift away" };
const STARTS = {
  "Both at once": { method: "simultaneous", step_size: 0.1, damping: 0, steps: 100 },
  "In turns": { method: "alternating", step_size: 0.1, damping: 0, steps: 100 },
  "Look ahead": { method: "extragradient", step_size: 0.3, damping: 0, steps: 100 },
  "Look back": { method: "optimistic", step_size: 0.3, damping: 0, steps: 100 },
  "R1 on D": { method: "simultaneous", step_size: 0.1, damping: 0.5, steps: 100 },
  "Damped, too fast": { method: "simultaneous", step_size: 0.6, damping: 0.5, steps: 100 },
};

/** A distance in few letters, however large. */
const short = (size) => (size > 0 && (size >= 1e5 || size < 1e-3) ? minus(size.toExponential(1).replace("+", "")) : brief(size));

const circle = ({ X, Y }, look, [x, y], r) => svg("circle", { class: look, r, cx: X(x), cy: Y(y) });

/** Arrows that show where a small step would lead from each place of a grid. */
function windOf({ X, Y }, damping) {
  const ways = [];
  for (let i = -3; i <= 3; i++) {
    for (let j = -3; j <= 3; j++) {
      const at = [0.6 * i, 0.6 * j];
      const [da, db] = slopes(at, damping);
      const [x, y, dx, dy] = [X(at[0]), Y(at[1]), -11 * da, 11 * db];
      const size = Math.hypot(dx, dy);
      if (size < 1) continue;
      const head = 4 / size;
      const tip = `${x + dx},${y + dy}`;
      const wing = (side) => `${x + dx - head * (dx - side * 0.6 * dy)},${y + dy - head * (dy + side * 0.6 * dx)}`;
      ways.push(`M${x},${y}L${tip}M${wing(1)}L${tip}L${wing(-1)}`);
    }
  }
  return svg("path", { class: "gx-gd-wind", d: ways.join("") });
}

function planePanel({ start, damping, steps }, { places }) {
  const drawn = plot({ x: PLACE, y: PLACE, xLabel: "a, which lowers ab", yLabel: "b, which raises it", ...SIZE });
  drawn.inside.append(windOf(drawn, damping));
  const gone = places.findIndex((at) => Math.hypot(...at) > 20);
  const seen = gone < 0 ? places : places.slice(0, gone + 1);
  drawn.inside.append(curve(drawn, "gx-gd-way", seen));
  if (steps <= 100) drawn.inside.append(...seen.slice(1).map((at) => circle(drawn, "gx-gd-step", at, 1.8)));
  const { X, Y } = drawn;
  drawn.inside.append(svg("path", { class: "gx-gd-goal", d: `M${X(0) - 6},${Y(0)}h12M${X(0)},${Y(0) - 6}v12` }));
  drawn.area.append(circle(drawn, "gx-gd-start", start, 8));
  return [drawn, `The players’ way from (${start.map((at) => fixed(at)).join(", ")})`];
}

function spectrumPanel(values, { values: lambda, radius }) {
  const high = Math.max(1.3, 1.1 * radius);
  const wide = (high * 286) / 154;
  const drawn = plot({ x: [-wide, wide], y: [-high, high], xLabel: "real part of λ", yLabel: "imaginary", width: 340, height: 200 });
  const { X, Y } = drawn;
  drawn.inside.append(svg("path", { class: "gx-gd-axis", d: `M${X(-wide)},${Y(0)}H${X(wide)}M${X(0)},${Y(-high)}V${Y(high)}` }));
  drawn.inside.append(svg("circle", { class: "gx-gd-unit", r: X(1) - X(0), cx: X(0), cy: Y(0) }));
  drawn.inside.append(...lambda.map((at) => circle(drawn, modulus(at) > 1 + 1e-9 ? "gx-gd-lambda gx-gd-outside" : "gx-gd-lambda", at, 5)));
  const words = lambda.map(([real, imaginary]) => `${fixed(real)} ${imaginary < 0 ? "−" : "+"} ${fixed(Math.abs(imaginary))} i`);
  return [drawn, `Eigenvalues of one step: ${words.join(", ")}; the largest modulus is ${fixed(radius, 4)}`];
}

function distancePanel({ steps }, { places }) {
  const logs = places.map((at, t) => [t, Math.log10(Math.max(Math.hypot(...at), 1e-300))]);
  const [low, high] = [Math.max(-8, Math.min(...logs.map(([, log]) => log))), Math.min(8, Math.max(...logs.map(([, log]) => log)))];
  const y = [Math.min(-1, Math.floor(low)), Math.max(1, Math.ceil(high))];
  const every = Math.ceil((y[1] - y[0]) / 4);
  const yTicks = ticks(...y, 4).filter((at) => Number.isInteger(at) && at % every === 0);
  const yText = (at) => (Math.abs(at) > 3 ? `1e${minus(String(at))}` : brief(10 ** at));
  const drawn = plot({ x: [0, steps], y, xLabel: "step", yLabel: "distance", yTicks, yText, width: 340, height: 132 });
  drawn.inside.append(curve(drawn, "gx-gd-unit", [[0, logs[0][1]], [steps, logs[0][1]]]));
  drawn.inside.append(curve(drawn, "gx-gd-way", logs));
  return [drawn, `Distance from the equilibrium: ${short(10 ** logs[0][1])} at the start, ${short(10 ** logs.at(-1)[1])} after ${steps} steps`];
}

function render({ model, el }) {
  const limits = model.get("limits");
  const names = ["method", "start", ...Object.keys(limits)];
  let putting = false; // one redraw for many changes
  const put = (values) => {
    putting = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    putting = false;
    update();
    model.save_changes();
  };
  const control = (name, label, step, text) => {
    const [min, max] = limits[name];
    return slider({ label, min, max, step, text, onInput: (value) => put({ [name]: value }) });
  };
  const sliders = {
    step_size: control("step_size", "Step size", 0.01, (value) => `η = ${fixed(value)}`),
    damping: control("damping", "Damping of b, as R1 damps D", 0.05, (value) => `γ = ${fixed(value)}`),
    steps: control("steps", "Steps", 1, String),
  };
  const group = uniqueId();
  const radios = METHODS.map((name) => {
    const input = html("input", { type: "radio", name: group, value: name });
    input.addEventListener("change", () => put({ method: name }));
    return [name, input, html("label", {}, input, ` ${name}`)];
  });
  const choice = html("fieldset", { class: "gx-row gx-gd-methods" }, html("legend", {}, "Method"), ...radios.map(([, , label]) => label));
  const presets = Object.entries(STARTS).map(([name, values]) => {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", () => put(values));
    return button;
  });
  const numbers = readout(NUMBERS);

  const plane = html("div", { class: "gx-gd-plane", tabindex: 0, role: "application" });
  const [spectrum, distance] = [html("div"), html("div")];
  const pictures = [[planePanel, plane], [spectrumPanel, spectrum], [distancePanel, distance]];
  const line = (look) => svg("line", { class: look, x1: 0, x2: 24, y1: 6, y2: 6 });
  const knob = svg("circle", { class: "gx-gd-start", cx: 12, cy: 6, r: 5 });
  frame(
    el,
    model,
    "Explorable: game dynamics",
    html(
      "div",
      { class: "gx-controls" },
      choice,
      html("div", { class: "gx-sliders" }, ...Object.values(sliders).map(({ element }) => element)),
      html("div", { class: "gx-row", role: "group", "aria-label": "Settings to try" }, "Try:", ...presets),
      numbers.element,
    ),
    html(
      "div",
      { class: "gx-panels" },
      panel("The way: drag the start", plane, legend([knob, "start"], [line("gx-gd-wind"), "where slopes point"])),
      html(
        "div",
        {},
        panel("Eigenvalues of one step, and the unit circle", spectrum),
        panel("Distance from the equilibrium", distance),
      ),
    ),
  );
  movedByHand(plane, () => model.get("start"), (start) => put({ start }));

  function update() {
    if (putting) return;
    const values = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    const lambda = eigenvalues(values);
    const found = { places: walk(values), values: lambda, ...outlook(lambda) };
    for (const [name, { show }] of Object.entries(sliders)) show(values[name]);
    for (const [name, input] of radios) input.checked = name === values.method;
    const factor = Math.log(2) / Math.abs(Math.log(found.radius));
    const steady = Math.abs(found.radius - 1) <= 1e-9;
    const here = [
      fixed(found.radius, 4), WAYS[found.way], steady ? "–" : `${brief(factor)} steps`, short(Math.hypot(...found.places.at(-1))),
    ];
    numbers.show(Object.fromEntries(NUMBERS.map((name, k) => [name, here[k]])));
    for (const [draw, holder] of pictures) {
      const [{ element }, words] = draw(values, found);
      if (holder === plane) plane.setAttribute("aria-label", `${words}. Arrow keys move the start, Shift makes larger moves.`);
      else element.setAttribute("aria-label", words);
      element.setAttribute(...(holder === plane ? ["aria-hidden", "true"] : ["role", "img"]));
      holder.replaceChildren(element);
    }
  }
  return onChange(model, names, update);
}

/** Let the reader move the start: drag it, press elsewhere on the plane, or use the arrow keys there. */
function movedByHand(holder, start, put) {
  const tidy = (value) => Math.round(20 * Math.min(Math.max(value, PLACE[0]), PLACE[1])) / 20;
  const placeOf = ({ clientX, clientY }) => {
    const seen = holder.querySelector("svg.gx-plot").getBoundingClientRect();
    const zoom = SIZE.width / seen.width;
    const [across, up] = [scale(PLACE, [46, SIZE.width - 8]), scale(PLACE, [SIZE.height - 38, 8])];
    return [across.invert((clientX - seen.left) * zoom), up.invert((clientY - seen.top) * zoom)];
  };
  let held = false;
  const follow = (event) => {
    const at = placeOf(event).map(tidy);
    if (String(at) !== String(start())) put(at);
  };
  holder.addEventListener("pointerdown", (event) => {
    const [a, b] = placeOf(event);
    held = Math.hypot(a - start()[0], b - start()[1]) < 0.35;
    if (held) holder.setPointerCapture(event.pointerId);
  });
  holder.addEventListener("pointermove", (event) => held && follow(event));
  for (const end of ["pointerup", "pointercancel"]) holder.addEventListener(end, () => (held = false));
  holder.addEventListener("click", (event) => {
    if (placeOf(event).every((value) => value >= PLACE[0] && value <= PLACE[1])) follow(event);
  });
  holder.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!ways[event.key]) return;
    event.preventDefault();
    put(start().map((value, d) => tidy(value + ways[event.key][d] * (event.shiftKey ? 0.5 : 0.1))));
  });
}

export default { render };
