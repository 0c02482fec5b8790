const SIDE = 8;
const EMPTY = "The drawing is empty. Press and move over the squares, or use the arrow keys and Space.";

/** A network of affine maps with ReLU between them, from the arrays `keyW0`, `keyb0`, … */
function network(arrays, key) {
  const layers = [];
  for (let i = 0; `${key}W${i}` in arrays; i++) layers.push([arrays[`${key}W${i}`], arrays[`${key}b${i}`]]);
  return (input) =>
    layers.reduce((x, [W, b], i) => {
      const out = Float64Array.from(b);
      for (let j = 0; j < x.length; j++) for (let k = 0; k < b.length; k++) out[k] += x[j] * W[j * b.length + k];
      return i < layers.length - 1 ? out.map((value) => Math.max(0, value)) : out;
    }, Float64Array.from(input));
}

/** Index of the row nearest to `point` and its distance. */
function nearestRow(rows, point) {
  let best = { index: 0, distance: Infinity };
  for (let i = 0; i < rows.shape[0]; i++) {
    const distance = Math.hypot(...rows.row(i).map((value, axis) => value - point[axis]));
    if (distance < best.distance) best = { index: i, distance };
  }
  return best;
}

/** The canvas: 64 squares in a grid, one of them in the tab order, moved between by arrow keys. */
function pad(current, change) {
  let at = 27;
  const squares = Array.from({ length: SIDE ** 2 }, (_, i) =>
    html("button", { type: "button", class: "gx-square", tabindex: i === at ? 0 : -1 }),
  );
  const element = html("div", { class: "gx-pad", role: "group", "aria-label": "Drawing of 8 × 8 squares" }, ...squares);
  const show = (pixels) =>
    squares.forEach((square, i) => {
      square.style.setProperty("--ink", pixels[i]);
      square.setAttribute("aria-label", `row ${Math.floor(i / SIDE) + 1}, column ${(i % SIDE) + 1}, ink ${fixed(pixels[i])}`);
    });
  const focus = (to) => {
    squares[at].tabIndex = -1;
    at = to;
    squares[at].tabIndex = 0;
    squares[at].focus({ preventScroll: true });
  };
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  element.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const inside = (value) => Math.min(SIDE - 1, Math.max(0, value));
    if (step) focus(inside(Math.floor(at / SIDE) + step[0]) * SIDE + inside((at % SIDE) + step[1]));
    else if (event.key === " " || event.key === "Enter") {
      const ink = current()[at];
      change((pixels) => (pixels[at] = ink < 0.25 ? 0.5 : ink < 0.75 ? 1 : 0)); // nothing, grey, black
    } else return;
    event.preventDefault();
  });

  // A stroke inks the square under the pointer, and its neighbours a little, as a pen does.
  let stroke = null;
  const paint = ({ clientX, clientY }) => {
    const box = element.getBoundingClientRect();
    const [x, y] = [((clientX - box.left) / box.width) * SIDE, ((clientY - box.top) / box.height) * SIDE];
    const { last, erase } = stroke;
    const pieces = last ? Math.ceil(4 * Math.hypot(x - last[0], y - last[1])) || 1 : 1;
    change((pixels) => {
      for (let p = 1; p <= pieces; p++) {
        const [px, py] = last ? [last[0] + ((x - last[0]) * p) / pieces, last[1] + ((y - last[1]) * p) / pieces] : [x, y];
        for (let i = 0; i < pixels.length; i++) {
          const away = Math.hypot((i % SIDE) + 0.5 - px, Math.floor(i / SIDE) + 0.5 - py);
          const ink = Math.max(0, Math.min(1, 1.5 - 1.25 * away));
          pixels[i] = erase ? Math.min(pixels[i], 1 - ink) : Math.max(pixels[i], ink);
        }
      }
    });
    stroke.last = [x, y];
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    stroke = { last: null, erase: eraser.getAttribute("aria-pressed") === "true" };
    paint(event);
  });
  element.addEventListener("pointermove", (event) => stroke && paint(event));
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (stroke = null));

  const eraser = html("button", { type: "button", "aria-pressed": "false" }, "Eraser");
  eraser.addEventListener("click", () => {
    eraser.setAttribute("aria-pressed", String(eraser.getAttribute("aria-pressed") === "false"));
  });
  return { element, eraser, show };
}

/** One model's column: its plane with a movable point, its reconstruction, its nearest digit. */
function column(arrays, m, name, onWalk) {
  const codes = arrays[`codes${m}`];
  const encode = network(arrays, `encoder${m}`);
  const decode = network(arrays, `decoder${m}`);
  const axis = (k) => Array.from({ length: codes.shape[0] }, (_, i) => codes.row(i)[k]);
  const [xs, ys] = [extent(axis(0)), extent(axis(1))];
  const map = plot({ x: xs, y: ys, xLabel: "z₁", yLabel: "z₂", width: 250, height: 240 });
  const points = svg("g", { class: "gx-points", "aria-hidden": "true" });
  for (let i = 0; i < codes.shape[0]; i += Math.ceil(codes.shape[0] / 300)) {
    const [x, y] = codes.row(i);
    const look = { x: map.X(x).toFixed(1), y: (map.Y(y) + 3).toFixed(1), class: `gx-colour-${arrays.labels[i] % 10}` };
    points.append(svg("text", look, String(arrays.labels[i])));
  }
  const handle = svg(
    "g",
    { class: "gx-handle", tabindex: 0, role: "slider", "aria-label": `Code of the ${name}; all four arrow keys move it`,
      "aria-valuemin": xs[0].toFixed(2), "aria-valuemax": xs[1].toFixed(2) }, // prettier-ignore
    svg("circle", { class: "gx-touch", r: 22 }),
    svg("circle", { class: "gx-ring", r: 8 }),
  );
  map.area.append(points, handle);
  const out = digits({ columns: 1, side: SIDE });
  const near = digits({ columns: 1, side: SIDE });
  const numbers = html("p", { class: "gx-numbers" });
  const say = (canvas, words) => html("div", {}, canvas, html("p", {}, words));
  const pictures = html("div", { class: "gx-pair" }, say(out.element, "decoded"), say(near.element, "digit with the nearest code"));
  const element = panel(name, map.element, pictures, numbers);
  let z = [0, 0];

  const clip = ([x, y]) => [Math.min(xs[1], Math.max(xs[0], x)), Math.min(ys[1], Math.max(ys[0], y))];
  const walk = (to) => onWalk(m, clip(to));
  const fromEvent = ({ clientX, clientY }) => {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(map.element.getScreenCTM().inverse());
    return [map.X.invert(x), map.Y.invert(y)];
  };
  let held = false;
  map.element.addEventListener("pointerdown", (event) => {
    if (event.button || (event.pointerType !== "mouse" && !handle.contains(event.target))) return;
    event.preventDefault();
    map.element.setPointerCapture(event.pointerId);
    held = true;
    handle.focus({ preventScroll: true });
    walk(fromEvent(event));
  });
  map.element.addEventListener("pointermove", (event) => held && walk(fromEvent(event)));
  for (const end of ["pointerup", "pointercancel"]) map.element.addEventListener(end, () => (held = false));
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 5], PageDown: [0, -5] };
  handle.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const size = (event.shiftKey ? 0.1 : 0.02) * (xs[1] - xs[0]);
    if (event.key === "Home" || event.key === "End") walk([0, 0]);
    else if (!step) return;
    else walk([z[0] + size * step[0], z[1] + size * step[1]]);
    event.preventDefault();
  });

  /** Show a drawing's code, or a code of one's own, or nothing (null and null). */
  const show = (pixels, own) => {
    element.classList.toggle("gx-nothing", !pixels && !own);
    if (!pixels && !own) {
      for (const picture of [out, near]) picture.draw(new Array(SIDE ** 2).fill(0), "nothing yet");
      numbers.textContent = "No drawing, no code.";
      return numbers.textContent;
    }
    z = own ?? Array.from(encode(pixels));
    const [x, y] = clip(z);
    handle.setAttribute("transform", `translate(${map.X(x)} ${map.Y(y)})`);
    handle.setAttribute("aria-valuenow", z[0].toFixed(2));
    handle.setAttribute("aria-valuetext", `z₁ ${fixed(z[0])}, z₂ ${fixed(z[1])}`);
    const decoded = decode(z);
    out.draw(decoded.map((value) => 255 * Math.min(1, Math.max(0, value))), `decoded by the ${name}`);
    const { index, distance } = nearestRow(codes, z);
    near.draw(arrays.images.row(index), `training digit with the nearest code, a ${arrays.labels[index]}`);
    const error = own ? "moved by hand" : `error ${fixed(decoded.reduce((sum, value, i) => sum + (value - pixels[i]) ** 2, 0))}`;
    numbers.textContent = `z = (${fixed(z[0])}, ${fixed(z[1])}), ${error}; nearest: a ${arrays.labels[index]}, ${fixed(distance)} away`;
    return numbers.textContent;
  };
  return { element, show };
}

function render({ model, el }) {
  const arrays = readArrays(model);
  const names = model.get("names");
  const own = names.map(() => null); // codes that were moved by hand
  let example = 0;
  const set = (pixels) => {
    own.fill(null);
    model.set("drawing", pixels.map((value) => Math.round(1000 * value) / 1000));
    model.save_changes();
    update();
  };
  const change = (edit) => {
    const pixels = [...model.get("drawing")];
    edit(pixels);
    set(pixels);
  };
  const drawing = pad(() => model.get("drawing"), change);
  const button = (words, act) => {
    const made = html("button", { type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  };
  const clear = button("Clear", () => set(new Array(SIDE ** 2).fill(0)));
  const next = button("Next digit", () => {
    example = (example + 1) % arrays.examples.shape[0];
    set(Array.from(arrays.examples.row(example), (value) => value / 255));
  });
  const back = button("Back", () => {
    own.fill(null);
    update();
  });
  const columns = names.map((name, m) =>
    column(arrays, m, name, (which, z) => {
      own[which] = z;
      update();
    }),
  );
  const hint = html("p", { class: "gx-hint" });
  const status = html("p", { class: "gx-spoken", role: "status" });
  const tools = html("div", { class: "gx-row" }, drawing.eraser, clear, next, back);
  const root = frame(
    el,
    model,
    "Explorable: draw a digit",
    html("div", { class: "gx-drawn" }, html("div", { class: "gx-draw" }, drawing.element, tools, hint), html("div", { class: "gx-columns" }, ...columns.map(({ element }) => element))),
    status,
  );
  root.classList.add("gx-drawn-digit");

  let speak = null;
  function update() {
    const pixels = model.get("drawing");
    const empty = !pixels.some((value) => value > 0);
    drawing.show(pixels);
    back.disabled = !own.some(Boolean);
    hint.textContent = empty ? EMPTY : "Draw with pointer or keys. Move a ring to walk through a plane.";
    root.classList.toggle("gx-empty", empty);
    const said = columns.map(({ show }, m) => `${names[m]}: ${show(empty ? null : pixels, own[m])}`);
    clearTimeout(speak);
    speak = setTimeout(() => (status.textContent = empty ? EMPTY : said.join(". ")), 600);
  }
  model.on("change:drawing", update);
  update();
  return () => {
    clearTimeout(speak);
    model.off("change:drawing", update);
  };
}

export default { render };
