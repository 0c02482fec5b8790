function render({ model, el }) {
  const { eigenvalues, variances, kl_trained, kl_predicted } = readArrays(model);
  const threshold = model.get("active_above");
  const latents = kl_trained.shape[1];
  const varianceText = (i) => `σ² = ${brief(variances[i])}`;
  const sum = (row) => row.reduce((a, b) => a + b, 0);

  const control = slider({
    label: "σ², decoder variance",
    min: 0,
    max: variances.length - 1,
    step: 1,
    text: varianceText,
    onInput: (i) => {
      model.set("index", i);
      model.save_changes();
    },
  });
  const numbers = readout(["Active, predicted", "Active, trained", "Total KL, predicted", "Total KL, trained"]);

  // Eigenvalues on a log scale. What lies a decade below the least σ², zeros too, has a row of its own.
  const exponents = Array.from(eigenvalues, Math.log10);
  const floor = Math.log10(variances[0]) - 1;
  const ceiling = Math.max(exponents[0], Math.log10(variances.at(-1))) + 0.3;
  const below = floor - 0.05 * (ceiling - floor);
  const hasBelow = exponents.at(-1) < floor;
  const decades = range(Math.ceil(floor), Math.floor(ceiling));
  const spectrum = plot({
    x: [0, eigenvalues.length + 1],
    y: [hasBelow ? below - 0.05 * (ceiling - floor) : floor, ceiling],
    xLabel: "principal axis of the data",
    yLabel: "eigenvalue λ (log scale)",
    yTicks: hasBelow ? [below, ...decades] : decades,
    yText: (value) => (value === below ? `<${Number((10 ** floor).toPrecision(1))}` : brief(10 ** value)),
    height: 250,
  });
  spectrum.element.setAttribute("role", "img");
  const line = svg("line", { class: "gx-level", x1: spectrum.box.left, x2: spectrum.box.right });
  const name = svg("text", { class: "gx-level-name", x: spectrum.box.right - 3, "text-anchor": "end" });
  const marks = exponents.map((value, i) => {
    const place = `translate(${spectrum.X(i + 1)} ${spectrum.Y(Math.max(value, below))})`;
    return svg("g", { transform: place }, i < latents ? dot("") : cross());
  });
  spectrum.area.append(line, ...marks, name);

  const every = Math.ceil(latents / 16);
  const axes = range(1, latents);
  const bars = plot({
    x: [0.4, latents + 0.6],
    y: [0, extent([...kl_trained, ...kl_predicted])[1]],
    xLabel: "latent dimension, by its eigenvalue",
    yLabel: "KL, nats",
    xTicks: axes.filter((d) => (d - 1) % every === 0),
    height: 250,
  });
  bars.element.setAttribute("role", "img");
  const half = 0.35 * (bars.X(2) - bars.X(1));
  const rects = axes.map((d) => svg("rect", { x: bars.X(d) - half, width: 2 * half }));
  const r = Math.min(4.5, 1.2 * half);
  const circles = axes.map((d) => svg("circle", { class: "gx-predicted", r, cx: bars.X(d) }));
  const joined = svg("polyline", { class: "gx-predicted-line" });
  bars.area.append(...rects, joined, ...circles);

  const swatch = (look) => svg("rect", { class: look, x: 6, y: 0, width: 12, height: 12 });
  const centred = (mark) => svg("g", { transform: "translate(12 6)" }, mark);
  const without = latents < eigenvalues.length ? [[centred(cross()), "no latent"]] : [];
  const fates = [
    [centred(dot("gx-kept")), "λ > σ²: active"],
    [centred(dot("gx-lost")), "λ ≤ σ²: collapsed"],
  ];
  const sources = [
    [swatch("gx-kept"), "trained"],
    [centred(svg("circle", { class: "gx-predicted", r: 4.5 })), "predicted: ½ ln(λ/σ²)"],
  ];
  frame(
    el,
    model,
    "Explorable: spectrum lab",
    html("div", { class: "gx-controls" }, control.element, numbers.element),
    html(
      "div",
      { class: "gx-panels" },
      panel("The data's eigenvalues and σ²", spectrum.element, legend(...fates, ...without)),
      panel("KL of each latent dimension", bars.element, legend(...sources)),
    ),
  );

  function update() {
    const i = model.get("index");
    const [trained, predicted] = [kl_trained.row(i), kl_predicted.row(i)];
    const kept = eigenvalues.subarray(0, latents).filter((value) => value > variances[i]).length;
    const active = trained.filter((value) => value > threshold).length;
    control.show(i);
    numbers.show({
      "Active, predicted": `${kept} of ${latents}`,
      "Active, trained": `${active} of ${latents}`,
      "Total KL, predicted": `${fixed(sum(predicted))} nats`,
      "Total KL, trained": `${fixed(sum(trained))} nats`,
    });

    const level = spectrum.Y(Math.log10(variances[i]));
    line.setAttribute("y1", level);
    line.setAttribute("y2", level);
    name.setAttribute("y", level - 5);
    name.textContent = varianceText(i);
    for (let d = 0; d < latents; d++) marks[d].firstChild.setAttribute("class", d < kept ? "gx-kept" : "gx-lost");
    spectrum.element.setAttribute(
      "aria-label",
      `${eigenvalues.length} eigenvalues from ${brief(eigenvalues[0])} to ${brief(eigenvalues.at(-1))}: ` +
        `${eigenvalues.filter((value) => value > variances[i]).length} are above ${varianceText(i)}`,
    );

    rects.forEach((rect, d) => {
      rect.setAttribute("class", trained[d] > threshold ? "gx-kept" : "gx-lost");
      rect.setAttribute("y", bars.Y(Math.max(0, trained[d])));
      rect.setAttribute("height", bars.Y(0) - bars.Y(Math.max(0, trained[d])));
    });
    circles.forEach((circle, d) => circle.setAttribute("cy", bars.Y(predicted[d])));
    joined.setAttribute("points", axes.map((d) => `${bars.X(d)},${bars.Y(predicted[d - 1])}`).join(" "));
    const list = (row) => Array.from(row, (value) => fixed(value)).join(", ");
    const words = `KL per latent dimension in nats at ${varianceText(i)}`;
    bars.element.setAttribute("aria-label", `${words}: trained ${list(trained)}; predicted ${list(predicted)}`);
  }
  model.on("change:index", update);
  update();
  return () => model.off("change:index", update);
}

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const dot = (look) => svg("circle", { class: look, r: 3.5 });
const cross = () => svg("path", { class: "gx-without", d: "M-2.5,-2.5L2.5,2.5M-2.5,2.5L2.5,-2.5" });

export default { render };
