/** How a grey value in [0, 1] is stored, and the range that the type then has. */
const STORED = {
  "bytes, 0 to 255": { range: 255, of: (value) => Math.round(255 * value) },
  "floats in [0, 1]": { range: 1, of: (value) => value },
  "floats in [−1, 1]": { range: 2, of: (value) => 2 * value - 1 },
};
const RANGES = ["255", "2", "1", "largest − smallest value"];
const ARITHMETIC = ["floating point", "all in bytes", "difference in bytes"];
const byte = (value) => ((value % 256) + 256) % 256;

/** The MSE of a stored pair, by right arithmetic or as bytes that wrap around. */
function storedError(x, y, arithmetic) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const difference = y[i] - x[i];
    if (arithmetic === "floating point") sum += difference ** 2;
    else if (arithmetic === "difference in bytes") sum += byte(difference) ** 2;
    else sum += byte(byte(difference) ** 2);
  }
  return sum / x.length;
}

/** Everything that is shown, for a pair in [0, 1]. */
function reading(reference, image, { stored, maximum, arithmetic }) {
  const { range, of } = STORED[stored];
  const [x, y] = [reference, image].map((values) => values.map(of));
  const spread = x.reduce((a, b) => Math.max(a, b)) - x.reduce((a, b) => Math.min(a, b));
  const top = Number(maximum) || spread; // no number: read off the values
  const mse = storedError(x, y, arithmetic);
  const right = psnrOf(storedError(x, y, "floating point"), range);
  return { mse, top, psnr: psnrOf(mse, top), right, pixels: [x[0], y[0]] };
}

function render({ model, el }) {
  const { image: bytes } = readArrays(model);
  const side = bytes.shape[0];
  const reference = Float64Array.from(bytes, (value) => value / 255);
  const put = setter(model);
  const choose = (label, trait, options) => {
    const id = uniqueId();
    const select = html("select", { id }, ...options.map((name) => html("option", { value: name }, name)));
    select.addEventListener("change", () => put({ [trait]: select.value }));
    return { element: html("span", { class: "gx-choice" }, html("label", { for: id }, label), select), select };
  };
  const selects = {
    stored: choose("Stored as", "stored", Object.keys(STORED)),
    maximum: choose("MAX =", "maximum", RANGES),
    arithmetic: choose("Arithmetic", "arithmetic", ARITHMETIC),
  };
  const noise = slider({
    label: "Noise, of the range",
    min: 0.01,
    max: 0.3,
    step: 0.01,
    text: (value) => `${Math.round(100 * value)} %`,
    onInput: (value) => put({ noise: value }),
  });
  const numbers = readout(["First pixel", "MSE", "PSNR", "Right PSNR", "Off by"]);
  const verdict = html("p", { class: "gx-hint" });
  const pictures = ["Reference", "With noise"].map((title) => {
    const canvas = html("canvas", { class: "gx-grey", role: "img", "aria-label": title });
    return { canvas, element: panel(title, canvas) };
  });
  const draw = ({ canvas }, values) => {
    Object.assign(canvas, { width: side, height: side });
    const data = new ImageData(side, side);
    values.forEach((value, i) => {
      data.data.fill(255 * Math.min(1, Math.max(0, value)), 4 * i, 4 * i + 3);
      data.data[4 * i + 3] = 255;
    });
    canvas.getContext("2d").putImageData(data, 0, 0);
  };
  const controls = html(
    "div",
    { class: "gx-controls" },
    html("div", { class: "gx-row" }, ...Object.values(selects).map(({ element }) => element)),
    noise.element,
    numbers.element,
    verdict,
  );
  const root = frame(el, model, "Explorable: range and dtype", controls, html("div", { class: "gx-panels gx-pair-of-two" }, ...pictures.map(({ element }) => element)));
  root.classList.add("gx-range-and-dtype");
  draw(pictures[0], reference);

  function update() {
    const stored = model.get("stored");
    const floats = stored !== Object.keys(STORED)[0];
    selects.arithmetic.select.disabled = floats; // floats do not wrap around
    const arithmetic = floats ? ARITHMETIC[0] : model.get("arithmetic");
    const maximum = model.get("maximum");
    for (const [trait, { select }] of Object.entries(selects)) select.value = trait === "arithmetic" ? arithmetic : model.get(trait);
    noise.show(model.get("noise"));
    const grain = noiseOf(reference.length);
    const image = reference.map((value, i) => Math.min(1, Math.max(0, value + model.get("noise") * grain[i])));
    draw(pictures[1], image);
    const found = reading(reference, image, { stored, maximum, arithmetic });
    const off = found.psnr - found.right;
    const close = Math.abs(off) < 0.005;
    numbers.show({
      "First pixel": `${brief(found.pixels[0])} and ${brief(found.pixels[1])}`,
      MSE: brief(found.mse),
      PSNR: `${fixed(found.psnr)} dB`,
      "Right PSNR": `${fixed(found.right)} dB`,
      "Off by": close ? "0 dB" : `${off > 0 ? "+" : ""}${fixed(off)} dB`,
    });
    const wrapped = arithmetic !== ARITHMETIC[0] && !close;
    verdict.textContent = close
      ? "This is the right number."
      : wrapped
        ? "Bytes wrapped around: convert to floating point before you subtract."
        : `MAX is ${brief(STORED[stored].range)} for this type, not ${brief(found.top)}.`;
  }
  return onChange(model, ["stored", "maximum", "arithmetic", "noise"], update);
}

export default { render };
