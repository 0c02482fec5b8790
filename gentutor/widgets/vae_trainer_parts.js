// What vae_trainer.js is put together from: two plots and a choice.

const HEIGHT = 130;

/** Bars, as wide as their box, so that text keeps its size. */
function drawBars(box, kl) {
  const width = Math.max(150, box.clientWidth);
  const top = Math.max(2, Math.ceil(1.1 * Math.max(...kl)));
  const bars = plot({
    x: [0.4, kl.length + 0.6], y: [0, top], xLabel: "latent dimension", yLabel: "KL, nats", width, height: HEIGHT,
    xTicks: Array.from(kl, (_, d) => d + 1).filter((d) => (d - 1) % Math.ceil((kl.length * 22) / width) === 0),
    yTicks: ticks(0, top, 3),
  });
  const half = 0.35 * (bars.X(2) - bars.X(1));
  kl.forEach((value, d) => {
    const y = bars.Y(value);
    bars.area.append(svg("rect", { class: "gx-vae-bar", x: bars.X(d + 1) - half, y, width: 2 * half, height: bars.Y(0) - y }));
  });
  const said = Array.from(kl, (value) => fixed(value)).join(", ");
  hang(box, bars, `KL of each dimension in nats: ${said}`);
}

/** Reconstruction and KL over the steps. The first tenth may leave the top, else it flattens the rest. */
function drawCurves(box, history) {
  const width = Math.max(150, box.clientWidth);
  const steps = Math.max(100, history.at(-1)?.step ?? 0);
  const later = history.filter(({ step }) => step >= steps / 10);
  const y = extent([0, 10, ...history.map(({ nll }) => Math.min(nll, 0)), ...later.flatMap(({ nll, kl }) => [nll, kl])]);
  const lines = plot({
    x: [0, steps], y, xLabel: "step", yLabel: "nats", width, height: HEIGHT,
    xTicks: ticks(0, steps, width < 250 ? 2 : 4), yTicks: ticks(...y, 4), xText: grouped,
  });
  for (const name of ["nll", "kl"]) {
    lines.inside.append(curve(lines, `gx-vae-${name}`, history.map((point) => [point.step, point[name]])));
  }
  const { nll, kl } = history.at(-1) ?? {};
  const said = () => `At step ${grouped(steps)}: reconstruction ${fixed(nll, 1)} nats, KL ${fixed(kl, 1)} nats`;
  hang(box, lines, history.length ? said() : "No step yet");
}

/** Radio buttons for {option: words}. `show(option)` chooses one without an event. */
function choice(label, options, onChoose) {
  const name = uniqueId();
  const inputs = {};
  const labels = Object.entries(options).map(([option, words]) => {
    inputs[option] = html("input", { type: "radio", name });
    inputs[option].addEventListener("change", () => onChoose(option));
    return html("label", {}, inputs[option], ` ${words}`);
  });
  const element = html("div", { class: "gx-row", role: "radiogroup", "aria-label": label }, html("span", {}, label), ...labels);
  return { element, show: (option) => (inputs[option].checked = true) };
}
