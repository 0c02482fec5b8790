function render({ model, el }) {
  const { beta, originals, reconstructions, samples, kl, rate, distortion, elbo } = readArrays(model);
  const threshold = model.get("active_above");
  const dimensions = kl.shape[1];
  const side = originals.shape[1];
  const betaText = (i) => `β = ${brief(beta[i])}`;

  const control = slider({
    label: "β, the weight of the KL",
    min: 0,
    max: beta.length - 1,
    step: 1,
    text: betaText,
    onInput: (i) => {
      model.set("index", i);
      model.save_changes();
    },
  });
  const numbers = readout(["Rate: KL(q‖p)", "Distortion: −E log p(x|z)", "ELBO", "Active dimensions"]);

  const original = digits({ columns: originals.shape[0], side });
  original.draw(originals, `${originals.shape[0]} original digits`);
  const reconstruction = digits({ columns: originals.shape[0], side });
  const sample = digits({ columns: Math.min(8, samples.shape[1]), side });

  const dimensionTicks = Array.from({ length: dimensions }, (_, d) => d + 1);
  const every = Math.ceil(dimensions / 16);
  const bars = plot({
    x: [0.4, dimensions + 0.6],
    y: [0, extent(kl)[1]],
    xLabel: "latent dimension",
    yLabel: "KL, nats",
    height: 210,
    xTicks: dimensionTicks.filter((d) => (d - 1) % every === 0),
  });
  const half = 0.35 * (bars.X(2) - bars.X(1));
  const rects = dimensionTicks.map((d) => svg("rect", { x: bars.X(d) - half, width: 2 * half }));
  bars.area.append(...rects);
  bars.element.setAttribute("role", "img");

  const plane = plot({
    x: extent(rate),
    y: extent(distortion),
    xLabel: "rate: KL(q‖p), nats",
    yLabel: "distortion, nats",
  });
  plane.element.setAttribute("role", "img");
  plane.area.append(...isoLines(plane, rate, distortion));
  const points = Array.from(beta, (_, i) => [plane.X(rate[i]), plane.Y(distortion[i])]);
  plane.area.append(svg("polyline", { class: "gx-trail", points: points.join(" ") }));
  plane.area.append(...points.map(([cx, cy]) => svg("circle", { class: "gx-other", cx, cy, r: 3 })));
  const here = svg("g", { class: "gx-here" }, svg("circle", { r: 6 }));
  plane.area.append(here);

  frame(
    el,
    model,
    "Explorable: β sweep",
    html("div", { class: "gx-controls" }, control.element, numbers.element),
    html(
      "div",
      { class: "gx-panels" },
      html(
        "div",
        {},
        panel("Originals", original.element),
        panel("Reconstructions", reconstruction.element),
        panel("KL of each latent dimension", bars.element),
      ),
      html(
        "div",
        {},
        panel("Samples from the prior", sample.element),
        panel("Rate and distortion, ELBO dashed", plane.element),
      ),
    ),
  );

  function update() {
    const i = model.get("index");
    const row = kl.row(i);
    const active = row.filter((value) => value > threshold).length;
    control.show(i);
    numbers.show({
      "Rate: KL(q‖p)": `${fixed(rate[i])} nats`,
      "Distortion: −E log p(x|z)": `${fixed(distortion[i])} nats`,
      ELBO: `${fixed(elbo[i])} nats`,
      "Active dimensions": `${active} of ${dimensions}`,
    });
    reconstruction.draw(reconstructions.row(i), `Reconstructions of the originals at ${betaText(i)}`);
    sample.draw(samples.row(i), `${samples.shape[1]} samples from the prior at ${betaText(i)}`);
    rects.forEach((rect, d) => {
      rect.setAttribute("class", row[d] > threshold ? "gx-active" : "gx-inactive");
      rect.setAttribute("y", bars.Y(row[d]));
      rect.setAttribute("height", bars.Y(0) - bars.Y(row[d]));
    });
    const list = Array.from(row, (value) => fixed(value)).join(", ");
    bars.element.setAttribute("aria-label", `KL per dimension in nats at ${betaText(i)}: ${list}`);
    here.style.transform = `translate(${points[i][0]}px, ${points[i][1]}px)`;
    plane.element.setAttribute(
      "aria-label",
      `Rate ${fixed(rate[i])} and distortion ${fixed(distortion[i])} nats at ${betaText(i)}, one of ${beta.length} points`,
    );
  }
  model.on("change:index", update);
  update();
  return () => model.off("change:index", update);
}

/** Lines on which −(D + R) is constant, for values that some model of the sweep can reach. */
function isoLines({ X, Y, box }, rate, distortion) {
  const sums = Array.from(rate, (value, i) => value + distortion[i]);
  return ticks(Math.min(...sums), Math.max(...sums), 7).flatMap((sum) => {
    // Where the line enters the plot, at its left or its top, and where it leaves it.
    const x1 = Math.max(box.left, X(sum - Y.invert(box.top)));
    const x2 = Math.min(box.right, X(sum - Y.invert(box.bottom)));
    if (x1 >= x2) return [];
    const y = (x) => Y(sum - X.invert(x));
    const at = x2 - Math.min(16, (x2 - x1) / 2); // the number stands on its line, near the end
    const value = svg("text", { x: at, y: y(at) + 4, "text-anchor": "middle" }, brief(-sum));
    return [svg("line", { class: "gx-iso", x1, y1: y(x1), x2, y2: y(x2) }), value];
  });
}

export default { render };
