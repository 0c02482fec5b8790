function render({ model, el }) {
  const arrays = readArrays(model);
  const [kinds, strengths] = [model.get("kinds"), model.get("strengths")];
  const layers = arrays.layers.shape[2];
  const [height, width] = arrays.reference.shape.slice(1);
  const at = (array, kind, strength) => {
    const size = array.length / (array.shape[0] * array.shape[1]);
    const start = (kind * array.shape[1] + strength) * size;
    return array.subarray(start, start + size);
  };
  const put = setter(model);

  const id = uniqueId();
  const options = kinds.map((name, i) => html("option", { value: i }, name));
  const select = html("select", { id }, ...options);
  select.addEventListener("change", () => put({ kind: Number(select.value) }));
  const control = slider({
    label: "strength",
    min: 0,
    max: strengths[0].length - 1,
    step: 1,
    text: (i) => strengths[model.get("kind")][i],
    onInput: (strength) => put({ strength }),
  });
  const numbers = readout(["LPIPS-efficientnet-lite0", "PSNR", "SSIM"]);

  const canvas = (w, h) => html("canvas", { class: "gx-lens", width: w, height: h, role: "img", "aria-label": "image" });
  const [before, after] = [canvas(width, height), canvas(width, height)];
  const colour = (target, pixels) => {
    const image = new ImageData(width, height);
    const plane = width * height;
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[c * plane + i];
      image.data[4 * i + 3] = 255;
    }
    target.getContext("2d").putImageData(image, 0, 0);
  };
  colour(before, arrays.reference);
  before.setAttribute("aria-label", "The reference");

  const maps = Array.from({ length: layers }, (_, l) => arrays[`map${l}`]);
  const highest = Math.max(...maps.map((map) => map.reduce((a, b) => Math.max(a, b), 0)));
  const heats = maps.map((map) => canvas(map.shape[3], map.shape[2]));
  const heat = (target, values) => {
    const image = new ImageData(target.width, target.height);
    values.forEach((value, i) => {
      const t = Math.sqrt(value / (highest || 1)); // the root shows faint places
      image.data.set([255 * Math.min(1, 1.6 * t), 255 * Math.max(0, 1.6 * t - 0.7), 90 * (1 - t) + 20, 255], 4 * i);
    });
    target.getContext("2d").putImageData(image, 0, 0);
  };

  const sums = Array.from({ length: kinds.length * strengths[0].length }, (_, i) =>
    arrays.layers.subarray(i * layers, (i + 1) * layers).reduce((a, b) => a + b, 0),
  );
  const chart = plot({
    x: [0, 1.05 * Math.max(...sums)],
    y: [0, 1],
    xLabel: "distance, layer 1 (fine) to the last (coarse)",
    yLabel: "",
    yTicks: [],
    height: 110,
  });
  chart.element.setAttribute("role", "img");
  const bars = Array.from({ length: layers }, (_, l) =>
    svg("rect", { class: `gx-layer${l + 1}`, y: chart.Y(0.85), height: chart.Y(0.15) - chart.Y(0.85) }),
  );
  chart.area.append(...bars);
  const key = bars.map((bar, l) => [svg("rect", { class: `gx-layer${l + 1}`, x: 6, width: 12, height: 12 }), `layer ${l + 1}`]);

  const labelled = html("div", { class: "gx-lens-choice" }, html("label", { for: id }, "distortion"), select);
  frame(
    el,
    model,
    "Explorable: layer lens",
    html("div", { class: "gx-controls" }, labelled, control.element, numbers.element),
    html(
      "div",
      { class: "gx-panels" },
      html("div", { class: "gx-lens-pair" }, panel("Reference", before), panel("Changed", after)),
      panel("What each layer adds", chart.element, legend(...key)),
    ),
    html("div", { class: "gx-lens-row" }, ...heats.map((one, l) => panel(`Layer ${l + 1}`, one))),
  );

  function update() {
    const [kind, strength] = [model.get("kind"), model.get("strength")];
    const added = at(arrays.layers, kind, strength);
    const total = added.reduce((a, b) => a + b, 0);
    select.value = kind;
    control.show(strength);
    numbers.show({
      "LPIPS-efficientnet-lite0": fixed(total),
      PSNR: `${fixed(at(arrays.psnr, kind, strength)[0], 1)} dB`,
      SSIM: fixed(at(arrays.ssim, kind, strength)[0]),
    });
    colour(after, at(arrays.images, kind, strength));
    after.setAttribute("aria-label", `The image: ${kinds[kind]}, ${strengths[kind][strength]}`);
    let start = 0;
    bars.forEach((bar, l) => {
      bar.setAttribute("x", chart.X(start));
      bar.setAttribute("width", chart.X(start + added[l]) - chart.X(start));
      start += added[l];
    });
    const shares = Array.from(added, (value, l) => `layer ${l + 1}: ${fixed(value)}`).join(", ");
    chart.element.setAttribute("aria-label", `Distance ${fixed(total)}; ${shares}`);
    maps.forEach((map, l) => {
      heat(heats[l], at(map, kind, strength));
      heats[l].setAttribute("aria-label", `Where layer ${l + 1} differs; on average ${fixed(added[l])}`);
    });
  }
  return onChange(model, ["kind", "strength"], update);
}

export default { render };
