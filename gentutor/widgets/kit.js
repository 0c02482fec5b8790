// What the explorables share. Python puts this text in front of each widget's own source,
// because a module loaded from a blob cannot import its neighbours.

const maker = (create) => (tag, attributes = {}, ...children) => {
  const made = create(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const html = maker((tag) => document.createElement(tag));
const svg = maker((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));

const uniqueId = () => `gx-${Math.random().toString(36).slice(2)}`;
const minus = (text) => text.replace("-", "−");
/** A number with `digits` decimals and a true minus sign; never "−0.00". */
const fixed = (value, digits = 2) => minus((Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits));
const brief = (value) => minus(String(Number(value.toPrecision(3))));

// Numbers ---------------------------------------------------------------------------------

function fromHalf(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
  return bits & 0x8000 ? -size : size;
}

/** The model's arrays by name: typed arrays with `shape` and `row(i)`, a view along the first axis. */
function readArrays(model) {
  const read = {
    uint8: (buffer) => new Uint8Array(buffer),
    float16: (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalf),
    float32: (buffer) => new Float32Array(buffer),
  };
  const unpack = ({ shape, dtype, data }) => {
    const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
    const values = read[dtype](bytes);
    const stride = values.length / shape[0];
    return Object.assign(values, { shape, row: (i) => values.subarray(i * stride, (i + 1) * stride) });
  };
  return Object.fromEntries(Object.entries(model.get("arrays")).map(([name, packed]) => [name, unpack(packed)]));
}

// The model's values ----------------------------------------------------------------------

/** A function that sets values of the model by name, all at once. */
const setter = (model) => (values) => {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
};

/** Runs `update` now and at every change of these values; returns what ends that. */
function onChange(model, names, update) {
  const events = names.map((name) => `change:${name}`);
  for (const event of events) model.on(event, update);
  update();
  return () => events.forEach((event) => model.off(event, update));
}

// Frame and controls ----------------------------------------------------------------------

/** The widget's root. The rendered page has the caption already; a notebook shows it here. */
function frame(el, model, name, ...children) {
  const root = html("div", { class: "gx", role: "group", "aria-label": name }, ...children);
  for (const control of root.querySelectorAll("input, button, select, summary, [tabindex]")) {
    control.setAttribute("data-lm-suppress-shortcuts", "true"); // else JupyterLab takes its arrow keys
  }
  const caption = model.get("caption"); // none where the text below has it
  if (caption && !el.closest("figure.explorable")) root.append(html("p", { class: "gx-caption" }, caption));
  el.append(root);
  return root;
}

function panel(title, ...children) {
  return html("div", { class: "gx-panel" }, html("p", { class: "gx-title" }, title), ...children);
}

/** A labelled range input that says its value in words. `show(value)` moves it without an event. */
function slider({ label, min, max, step, text, onInput }) {
  const id = uniqueId();
  const input = html("input", { id, type: "range", min, max, step });
  const output = html("output", { for: id });
  input.addEventListener("input", () => onInput(Number(input.value)));
  const show = (value) => {
    input.value = value;
    input.setAttribute("aria-valuetext", text(value));
    output.textContent = text(value);
  };
  const element = html("div", { class: "gx-slider" }, html("label", { for: id }, label), input, output);
  return { element, show };
}

/** Named numbers in a row, read aloud once they stand still. `show({name: text})` fills them in. */
function readout(names) {
  const cells = names.map((name) => [name, html("dd")]);
  const pairs = cells.map(([name, cell]) => html("div", {}, html("dt", {}, name), cell));
  const list = html("dl", {}, ...pairs);
  const element = html("div", { class: "gx-readout", role: "status", "aria-atomic": "true" }, list);
  let calm = null;
  const show = (texts) => {
    if (calm !== null) element.setAttribute("aria-busy", "true"); // what it starts with needs no voice
    clearTimeout(calm);
    calm = setTimeout(() => element.removeAttribute("aria-busy"), 500);
    for (const [name, cell] of cells) cell.textContent = texts[name];
  };
  return { element, show };
}

// Pictures --------------------------------------------------------------------------------

/** A grid of square images in ink: black with the pixel as opacity, turned white by CSS in the dark. */
function digits({ columns, side }) {
  const zoom = 8;
  const canvas = html("canvas", { class: "gx-digits", role: "img", "aria-label": "Nothing drawn yet" });
  const small = document.createElement("canvas");
  const draw = (pixels, label) => {
    const count = pixels.length / side ** 2;
    const width = columns * (side + 1) - 1;
    const height = Math.ceil(count / columns) * (side + 1) - 1;
    if (small.width !== width || small.height !== height) {
      Object.assign(small, { width, height });
      Object.assign(canvas, { width: width * zoom, height: height * zoom });
    }
    const image = new ImageData(width, height);
    for (let i = 0; i < pixels.length; i++) {
      const cell = Math.floor(i / side ** 2);
      const y = Math.floor(cell / columns) * (side + 1) + (Math.floor(i / side) % side);
      const x = (cell % columns) * (side + 1) + (i % side);
      image.data[4 * (y * width + x) + 3] = 14 + (pixels[i] * 241) / 255;
    }
    small.getContext("2d").putImageData(image, 0, 0);
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    canvas.setAttribute("aria-label", label);
  };
  return { element: canvas, draw };
}

/** About `count` round numbers inside [low, high]. */
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((multiple) => multiple * power >= raw);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** The low and high end of `values`, widened by a share of their distance. */
function extent(values, share = 0.08) {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const margin = share * (high - low || 1);
  return [low - margin, high + margin];
}

/** The linear map that takes [a, b] to [p, q]; `invert` takes a pixel back. */
function scale([a, b], [p, q]) {
  const map = (value) => p + ((value - a) / (b - a)) * (q - p);
  return Object.assign(map, { invert: (pixel) => a + ((pixel - p) / (q - p)) * (b - a) });
}

/**
 * An empty SVG plot with axes. `X` and `Y` map data to its pixels; draw into `area`, or into
 * `inside`, which cuts off what leaves the axes.
 */
function plot({ x, y, xLabel, yLabel, xTicks, yTicks, xText = brief, yText = brief, width = 340, height = 230 }) {
  const box = { left: 46, right: width - 8, top: 8, bottom: height - 38 };
  const X = scale(x, [box.left, box.right]);
  const Y = scale(y, [box.bottom, box.top]);
  const axes = svg("g", { class: "gx-axes", "aria-hidden": "true" });
  axes.append(svg("path", { d: `M${box.left},${box.top}V${box.bottom}H${box.right}` }));
  for (const value of xTicks ?? ticks(...x, 6)) {
    axes.append(svg("text", { x: X(value), y: box.bottom + 15, "text-anchor": "middle" }, xText(value)));
  }
  for (const value of yTicks ?? ticks(...y, 5)) {
    axes.append(svg("text", { x: box.left - 6, y: Y(value) + 4, "text-anchor": "end" }, yText(value)));
  }
  axes.append(svg("text", { x: (box.left + box.right) / 2, y: height - 6, "text-anchor": "middle" }, xLabel));
  const middle = (box.top + box.bottom) / 2;
  axes.append(svg("text", { transform: `translate(12 ${middle}) rotate(-90)`, "text-anchor": "middle" }, yLabel));
  const area = svg("g");
  const place = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
  const inside = svg("svg", { ...place, viewBox: Object.values(place).join(" ") });
  const element = svg("svg", { class: "gx-plot", viewBox: `0 0 ${width} ${height}` }, axes, inside, area);
  return { element, area, inside, X, Y, box };
}

/** Puts a plot in its place, with words for those who cannot see it. */
function hang(holder, { element }, words) {
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", words);
  holder.replaceChildren(element);
}

/** A line through points in data coordinates. */
function curve({ X, Y }, name, points) {
  const path = points.map(([x, y]) => `${X(x).toFixed(2)},${Y(y).toFixed(2)}`).join(" ");
  return svg("polyline", { class: name, points: path });
}

/** What each kind of mark means: pairs of its shape, drawn in a 24 × 12 box, and its words. */
function legend(...entries) {
  const items = entries.map(([mark, words]) => {
    const picture = svg("svg", { viewBox: "0 0 24 12", width: 24, height: 12, "aria-hidden": "true" }, mark);
    return html("span", {}, picture, ` ${words}`);
  });
  return html("div", { class: "gx-legend" }, ...items);
}
