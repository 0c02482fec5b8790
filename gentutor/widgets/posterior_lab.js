/** Every quantity of the model z ~ N(0, 1), x | z ~ N(weight z, v) with q = N(mu, s²), in nats. */
function terms({ x, weight, mu, sigma: s, decoder_variance: v }) {
  const total = weight ** 2 + v; // variance of x
  const exact = { mean: (weight * x) / total, sd: Math.sqrt(v / total) };
  const reconstruction =
    -0.5 * Math.log(2 * Math.PI * v) - ((x - weight * mu) ** 2 + (weight * s) ** 2) / (2 * v);
  const kl = divergence(mu, s, 0, 1);
  const elbo = reconstruction - kl;
  const evidence = -0.5 * Math.log(2 * Math.PI * total) - x ** 2 / (2 * total);
  const klExact = divergence(mu, s, exact.mean, exact.sd);
  return { exact, reconstruction, kl, elbo, evidence, gap: evidence - elbo, klExact };
}

/** KL(N(a, s²) ‖ N(b, t²)) in nats. */
const divergence = (a, s, b, t) => (s ** 2 + (a - b) ** 2) / (2 * t ** 2) - 0.5 + Math.log(t / s);

const density = (z, mean, sd) => Math.exp(-0.5 * ((z - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
const range = (low, high, count) => Array.from({ length: count }, (_, i) => low + (i * (high - low)) / (count - 1));

/** The least of …, 1, 2, 5, 10, … that is not below `value`: axes then change seldom. */
function rung(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((multiple) => multiple * power >= value);
}

const SPAN = [-4, 4]; // of z

function densities({ mu, sigma }, { exact }) {
  const top = 1.15 * Math.max(density(0, 0, exact.sd), density(0, 0, 1));
  const drawn = plot({ x: SPAN, y: [0, top], xLabel: "z", yLabel: "density", yTicks: ticks(0, top, 4) });
  const bell = (name, mean, sd) => {
    const points = [...range(...SPAN, 161), ...range(mean - 4 * sd, mean + 4 * sd, 81)];
    const inView = points.filter((z) => z >= SPAN[0] && z <= SPAN[1]).sort((a, b) => a - b);
    return curve(drawn, name, inView.map((z) => [z, density(z, mean, sd)]));
  };
  drawn.inside.append(bell("gx-bell-prior", 0, 1), bell("gx-bell-q", mu, sigma));
  drawn.inside.append(bell("gx-bell-exact", exact.mean, exact.sd));
  const peak = density(0, 0, sigma);
  if (peak > top) {
    const half = sigma * Math.sqrt(2 * Math.log(peak / top)); // of q's width where it leaves the plot
    const [x, anchor] = mu > 1 ? [drawn.X(mu - half) - 6, "end"] : [drawn.X(mu + half) + 6, "start"];
    const place = { x, y: drawn.box.top + 9, "text-anchor": anchor };
    drawn.area.append(svg("text", { class: "gx-note", ...place }, `↑ q peaks at ${brief(peak)}`));
  }
  const words = (mean, sd) => `mean ${fixed(mean)} and standard deviation ${brief(sd)}`;
  const best = words(exact.mean, exact.sd);
  return [drawn, `Densities over z: q with ${words(mu, sigma)}; the exact posterior with ${best}; the prior N(0, 1)`];
}

/** From 0 by the reconstruction term and by minus the KL to the ELBO, and by the gap to log p(x). */
function waterfall(values, { reconstruction, kl, elbo, evidence, gap }) {
  const x = [-rung(Math.max(2, -elbo, -evidence)), rung(Math.max(0.5, reconstruction, evidence))];
  const rows = [
    ["E log p(x|z)", "gx-bar-reconstruction", 0, reconstruction, reconstruction],
    ["− KL(q‖prior)", "gx-bar-kl", reconstruction, elbo, -kl],
    ["+ gap", "gx-bar-gap", elbo, evidence, gap],
  ];
  const drawn = plot({ x, y: [3.35, -0.35], xLabel: "nats", yLabel: "", yTicks: [] });
  const { X, Y, box, area } = drawn;
  const upright = (name, at, from, to) => svg("line", { class: name, x1: X(at), x2: X(at), y1: from, y2: to });
  const note = (at, y, text) => {
    const [x, anchor] = X(at) > (box.left + box.right) / 2 ? [X(at) - 5, "end"] : [X(at) + 5, "start"];
    return svg("text", { class: "gx-note", x, y, "text-anchor": anchor }, text);
  };
  area.append(upright("gx-zero", 0, box.top, box.bottom));
  area.append(upright("gx-mark", elbo, Y(1.5), box.bottom), note(elbo, box.bottom - 4, "ELBO"));
  area.append(upright("gx-mark", evidence, box.top, Y(2.9)), note(evidence, box.top + 9, "log p(x)"));
  rows.forEach(([name, look, from, to, value], row) => {
    const [x, y] = [X(Math.min(from, to)), Y(row + 0.45)];
    const size = { width: Math.abs(X(to) - X(from)), height: Y(row + 0.85) - y };
    area.append(svg("rect", { class: look, x, y, ...size }));
    area.append(svg("text", { class: "gx-note", x: box.left + 5, y: y - 4 }, `${name} ${fixed(value)}`));
  });
  const steps = `From 0 by the reconstruction term ${fixed(reconstruction)} and by minus the KL ${fixed(-kl)}`;
  return [drawn, `${steps} to the ELBO ${fixed(elbo)}, and by the gap ${fixed(gap)} to log p(x) ${fixed(evidence)} nats`];
}

/** Two curves over s on a log scale, the second to hold the first against, and where q is now. */
function alongS({ sigma, limits }, y, yLabel, of, against) {
  const x = limits.sigma.map(Math.log10);
  const labels = { xLabel: "s, standard deviation of q (log scale)", yLabel };
  const drawn = plot({ x, y, ...labels, xTicks: [-3, -2, -1, 0], xText: (at) => brief(10 ** at) });
  const over = (f) => range(...x, 141).map((at) => [at, f(10 ** at)]);
  drawn.inside.append(curve(drawn, "gx-along", over(of)), curve(drawn, "gx-against", over(against)));
  const here = { cx: drawn.X(Math.log10(sigma)), cy: drawn.Y(of(sigma)) };
  drawn.area.append(svg("circle", { class: "gx-now", r: 5, ...here }));
  return drawn;
}

function klAlongS(values, { kl }) {
  const of = (s) => divergence(values.mu, s, 0, 1);
  const against = (s) => (values.mu ** 2 - 1) / 2 - Math.log(s);
  const top = rung(Math.max(...values.limits.sigma.map(of)));
  const drawn = alongS(values, [0, top], "KL(q‖prior), nats", of, against);
  return [drawn, `KL(q‖prior) grows like −log s as s shrinks; at s = ${brief(values.sigma)} it is ${fixed(kl)} nats`];
}

function elboAlongS(values, { elbo, evidence, gap }) {
  const span = rung(Math.max(2, 1.1 * gap));
  const of = (s) => terms({ ...values, sigma: s }).elbo;
  const drawn = alongS(values, [evidence - span, evidence + 0.15 * span], "", of, () => evidence);
  const place = { x: drawn.box.right - 4, y: drawn.Y(evidence) - 6, "text-anchor": "end" };
  drawn.area.append(svg("text", { class: "gx-note", ...place }, `log p(x) = ${fixed(evidence)}`));
  const words = `The ELBO over s stays below log p(x), ${fixed(evidence)} nats`;
  return [drawn, `${words}; at s = ${brief(values.sigma)} it is ${fixed(elbo)} nats`];
}

const READINGS = {
  "Reconstruction: E log p(x|z)": "reconstruction",
  "KL(q‖prior)": "kl",
  ELBO: "elbo",
  "Exact log p(x)": "evidence",
  "Gap: log p(x) − ELBO": "gap",
  "KL(q‖p(z|x))": "klExact",
};

function render({ model, el }) {
  const limits = model.get("limits");
  const names = Object.keys(limits);
  const current = () => Object.fromEntries([...names, "limits"].map((name) => [name, model.get(name)]));
  const put = setter(model);

  // Sliders set three digits, so that a number on the page is the number that was used.
  const logSlider = (name, label, symbol, steps) => {
    const [low, high] = limits[name];
    const value = (step) => low * (high / low) ** (step / steps);
    const control = slider({
      label,
      min: 0,
      max: steps,
      step: 1,
      text: (step) => `${symbol} = ${brief(value(step))}`,
      onInput: (step) => put({ [name]: Number(value(step).toPrecision(3)) }),
    });
    return { ...control, show: (at) => control.show((steps * Math.log(at / low)) / Math.log(high / low)) };
  };
  const sliders = {
    mu: slider({
      label: "μ, mean of q",
      min: limits.mu[0],
      max: limits.mu[1],
      step: 0.05,
      text: (value) => `μ = ${fixed(value)}`,
      onInput: (mu) => put({ mu }),
    }),
    sigma: logSlider("sigma", "s, standard deviation of q", "s", 140),
    decoder_variance: logSlider("decoder_variance", "σ², decoder variance", "σ²", 120),
  };
  const best = html("button", { type: "button" }, "Set q to the exact posterior");
  best.addEventListener("click", () => {
    const { exact } = terms(current());
    put({ mu: exact.mean, sigma: exact.sd });
  });
  const given = html("span");
  const numbers = readout(Object.keys(READINGS));
  numbers.element.classList.add("gx-terms");

  const line = (look) => svg("line", { class: look, x1: 0, x2: 24, y1: 6, y2: 6 });
  const bells = legend(
    [line("gx-bell-q"), "q(z)"],
    [line("gx-bell-exact"), "exact p(z|x)"],
    [line("gx-bell-prior"), "prior p(z)"],
  );
  const slopes = legend([line("gx-along"), "KL(q‖prior)"], [line("gx-against"), "(μ² − 1)/2 − log s"]);
  const pictures = [densities, waterfall, klAlongS, elboAlongS].map((draw) => ({ draw, holder: html("div") }));
  const [bell, fall, kl, elbo] = pictures.map(({ holder }) => holder);

  frame(
    el,
    model,
    "Explorable: posterior lab",
    html(
      "div",
      { class: "gx-controls" },
      html("div", { class: "gx-sliders" }, ...Object.values(sliders).map(({ element }) => element)),
      html("div", { class: "gx-row" }, best, given),
      numbers.element,
    ),
    html(
      "div",
      { class: "gx-panels" },
      panel("q against the exact posterior", bell, bells),
      panel("What log p(x) is made of", fall),
      panel("The KL as q shrinks to a point", kl, slopes),
      panel("The ELBO below log p(x), nats", elbo),
    ),
  );

  function update() {
    const values = current();
    const found = terms(values);
    for (const [name, { show }] of Object.entries(sliders)) show(values[name]);
    given.textContent = `x = ${brief(values.x)}, z ~ N(0, 1), x | z ~ N(${brief(values.weight)}·z, σ²)`;
    const texts = Object.entries(READINGS).map(([name, key]) => [name, `${fixed(found[key], 3)} nats`]);
    numbers.show(Object.fromEntries(texts));
    for (const { draw, holder } of pictures) hang(holder, ...draw(values, found));
  }
  return onChange(model, names, update);
}

export default { render };
