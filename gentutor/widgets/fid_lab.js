// Drawn by Bartlett's decomposition: a sample covariance of any N at the price of d² numbers.

/** Uniform numbers in (0, 1), normal and chi-squared ones, from a seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  let spare = NaN; // Box and Muller's numbers come in pairs
  const normal = () => {
    const kept = spare;
    spare = NaN;
    if (kept === kept) return kept;
    const [radius, angle] = [Math.sqrt(-2 * Math.log(uniform())), 2 * Math.PI * uniform()];
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  /** Marsaglia and Tsang (2000), a gamma variate of shape k / 2, doubled. */
  const chiSquared = (k) => {
    if (k === 1) return normal() ** 2;
    const [a, c] = [k / 2 - 1 / 3, 1 / Math.sqrt(9 * (k / 2 - 1 / 3))];
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + a - a * v + a * Math.log(v)) return 2 * a * v;
    }
  };
  return { uniform, normal, chiSquared };
}

// Matrices are flat, row after row: a thousand small arrays a step would cost more than the sums.

/** The trapezoid R, min(N − 1, d) rows of d, with s² RᵀR / (N − 1) a sample covariance of N(0, s² I). */
function bartlett(n, d, { normal, chiSquared }) {
  const rows = Math.min(n - 1, d);
  const made = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    made[i * d + i] = Math.sqrt(chiSquared(n - 1 - i));
    for (let j = i + 1; j < d; j++) made[i * d + j] = normal();
  }
  return made;
}

/** The product A Bᵀ of two matrices with rows of d. */
function times(a, b, d) {
  const [rows, columns] = [a.length / d, b.length / d];
  const product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += a[i * d + k] * b[j * d + k];
      product[i * columns + j] = sum;
    }
  }
  return product;
}

/** Diagonal and the entries beside it of the tridiagonal matrix similar to a symmetric one (Householder). */
function tridiagonal(matrix) {
  const a = Float64Array.from(matrix);
  const n = Math.sqrt(a.length);
  const beside = new Float64Array(n);
  for (let i = n - 1; i > 1; i--) {
    const v = a.subarray(i * n, i * n + i);
    let h = 0;
    for (let k = 0; k < i; k++) h += v[k] * v[k];
    beside[i] = 0;
    if (h === 0) continue; // already tridiagonal here
    const g = v[i - 1] >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
    h -= v[i - 1] * g;
    v[i - 1] -= g;
    let f = 0;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += a[j * n + k] * v[k];
      for (let k = j + 1; k < i; k++) sum += a[k * n + j] * v[k];
      beside[j] = sum / h;
      f += beside[j] * v[j];
    }
    for (let j = 0; j < i; j++) {
      beside[j] -= (f / (2 * h)) * v[j];
      for (let k = 0; k <= j; k++) a[j * n + k] -= v[j] * beside[k] + beside[j] * v[k];
    }
    beside[i] = g;
  }
  if (n > 1) beside[1] = a[n];
  return { diagonal: Float64Array.from(beside, (_, i) => a[i * n + i]), beside };
}

/** Eigenvalues of a symmetric matrix, rising; QL steps with implicit shifts. */
function eigenvalues(matrix) {
  const { diagonal: d, beside } = tridiagonal(matrix);
  const n = d.length;
  const e = Float64Array.from(d, (_, i) => (i < n - 1 ? beside[i + 1] : 0));
  const small = (m) => Math.abs(e[m]) <= 2 ** -52 * (Math.abs(d[m]) + Math.abs(d[m + 1])) || Math.abs(e[m]) < 1e-300;
  for (let l = 0; l < n; l++) {
    for (let tries = 0; tries < 60; tries++) {
      let m = l;
      while (m < n - 1 && !small(m)) m++;
      if (m === l) break;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = Math.sqrt(g * g + 1);
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
      }
      if (r === 0 && i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return [...d].sort((x, y) => x - y);
}

const squares = (values) => values.reduce((sum, value) => sum + value * value, 0);

/** Squared Fréchet distance where covariances are R1ᵀR1 / (N − 1) and R2ᵀR2 / (N − 1). */
function frechetOfRows(shift, rows1, rows2, n) {
  const product = times(rows1, rows2, shift.length);
  const found = eigenvalues(times(product, product, rows2.length / shift.length)); // of the trace's squared root
  const root = found.reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
  return squares(shift) + (squares(rows1) + squares(rows2) - 2 * root) / (n - 1);
}

/** A sample covariance of N(0, I). */
function measureRows(n, d, seed) {
  const rows = bartlett(n, d, randomNumbers(seed));
  const count = rows.length / d;
  const columns = rows.map((_, i) => rows[(i % count) * d + Math.floor(i / count)]); // Rᵀ
  return times(columns, columns, count).map((value) => value / (n - 1));
}

/** What is known without drawing: the distance, and c of the bias c / N. */
function lawOf({ d, shift, spread }) {
  const truth = shift + d * (1 - spread) ** 2;
  return { truth, slope: (spread * d * (d + 1)) / 2 + (1 + spread ** 2) * d };
}

/** One measured FID from N samples of N(0, I) and N of N(shift, spread² I). */
function measureFid({ d, shift, spread }, n, random) {
  const moved = Float64Array.from({ length: d }, () => {
    const error = Math.sqrt((1 + spread ** 2) / n) * random.normal();
    return Math.sqrt(shift / d) + error;
  });
  const fake = bartlett(n, d, random).map((value) => spread * value);
  return frechetOfRows(moved, bartlett(n, d, random), fake, n);
}

/** Mean and spread of repeated measurements at each size, and what a line over 1 / N reads at 0. */
function experiment(values) {
  const { n, d, seed } = values;
  const random = randomNumbers(seed);
  const repeats = 4;
  const start = Math.max(2 * d + 1, Math.round(n / 5));
  const linear = n >= 1.2 * (2 * d + 1);
  const sizes = linear ? range(1 / n, 1 / start, 5).map((x) => Math.round(1 / x)) : [n];
  const points = sizes.map((size) => {
    const fids = Array.from({ length: repeats }, () => measureFid(values, size, random));
    const mean = fids.reduce((a, b) => a + b) / repeats;
    return { size, mean, sd: Math.sqrt(fids.reduce((s, v) => s + (v - mean) ** 2, 0) / repeats) };
  });
  const x = points.map(({ size }) => 1 / size);
  const [mx, my] = [x, points.map(({ mean }) => mean)].map((all) => all.reduce((a, b) => a + b) / all.length);
  const across = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  const fitted = x.reduce((sum, value, i) => sum + (value - mx) * (points[i].mean - my), 0) / across;
  return { points, infinity: linear ? my - fitted * mx : null, rank: Math.min(n - 1, d), ...lawOf(values) };
}

function range(from, to, count) {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

function overN({ n }, { points, infinity, truth, slope }) {
  const end = 1.1 / Math.min(...points.map(({ size }) => size));
  const top = 1.1 * Math.max(...points.map(({ mean, sd }) => mean + sd), truth + slope * end, 0.1);
  const drawn = plot({ x: [0, end], y: [0, top], xLabel: "1 / N", yLabel: "FID", xText: (v) => (v ? brief(v) : "0") });
  drawn.inside.append(curve(drawn, "gx-fid-law", [[0, truth], [end, truth + slope * end]]));
  drawn.inside.append(curve(drawn, "gx-fid-truth", [[0, truth], [end, truth]]));
  for (const { size, mean, sd } of points) {
    const at = drawn.X(1 / size);
    const bar = { x1: at, x2: at, y1: drawn.Y(mean - sd), y2: drawn.Y(mean + sd) };
    drawn.area.append(svg("line", { class: "gx-fid-bar", ...bar }));
    drawn.area.append(svg("circle", { class: size === n ? "gx-fid-dot gx-fid-here" : "gx-fid-dot", cx: at, cy: drawn.Y(mean), r: 4.5 }));
  }
  if (infinity !== null) {
    const place = { class: "gx-fid-infinity", x: drawn.X(0) - 5, y: drawn.Y(infinity) - 5, width: 10, height: 10 };
    drawn.area.append(svg("rect", place));
  }
  const last = points.find(({ size }) => size === n) ?? points[0];
  const read = infinity === null ? "no extrapolation" : `extrapolated ${fixed(infinity)}`;
  return [drawn, `FID over 1/N: measured ${fixed(last.mean)} at N = ${n}; truth ${fixed(truth)}; ${read}`];
}

/** Eigenvalues of one sample covariance of N(0, I): all are 1 in truth. */
function spectrum({ n, d, seed }) {
  const all = eigenvalues(measureRows(n, d, seed + 1)).reverse();
  const drawn = plot({ x: [0.4, d + 0.6], y: [0, 1.08 * Math.max(all[0], 1.2)], xLabel: "eigenvalue, by size", yLabel: "" });
  all.forEach((value, i) => {
    const [left, right] = [drawn.X(i + 0.6), drawn.X(i + 1.4)];
    const size = { x: left, width: right - left, y: drawn.Y(value), height: Math.max(drawn.Y(0) - drawn.Y(value), 0) };
    drawn.inside.append(svg("rect", { class: "gx-fid-eigen", ...size }));
  });
  drawn.inside.append(curve(drawn, "gx-fid-truth", [[0.4, 1], [d + 0.6, 1]]));
  const zeros = all.filter((value) => value < 1e-9).length;
  return [drawn, `Eigenvalues of a sample covariance from ${fixed(all[0])} to ${fixed(all.at(-1))}, ${zeros} of ${d} are 0; in truth all are 1`];
}

function whatHappens({ n, d }, { infinity, rank }) {
  if (n <= d) {
    return `N ≤ d: N points span at most N − 1 directions, so the covariance has rank ${rank} of ${d} and the other ${d - rank} eigenvalues are 0. FID is still defined, but c / N does not hold and no line can be fitted.`;
  }
  if (infinity === null) return `N is below about 2d = ${2 * d}: the covariance is regular, but the bias is not yet straight in 1/N, so no line is fitted.`;
  return `N is above 2d = ${2 * d}: the bias is straight in 1/N, and a line reads the truth at 0.`;
}

function render({ model, el }) {
  const names = ["n", "d", "shift", "spread", "seed"];
  const limits = model.get("limits");
  const current = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const put = setter(model);
  const size = (step) => Math.round(Number((limits.n[0] * (limits.n[1] / limits.n[0]) ** (step / 100)).toPrecision(2)));
  const nearest = (n) => (100 * Math.log(n / limits.n[0])) / Math.log(limits.n[1] / limits.n[0]);
  const make = (name, label, step, text) => {
    const [min, max] = limits[name];
    return slider({ label, min, max, step, text, onInput: (value) => put({ [name]: value }) });
  };
  const ofN = slider({ label: "N, samples a side", min: 0, max: 100, step: 1, text: (step) => `N = ${size(step)}`, onInput: (step) => put({ n: size(step) }) });
  const sliders = {
    n: { ...ofN, show: (n) => ofN.show(Math.round(nearest(n))) },
    d: make("d", "d, features", 1, (value) => `d = ${value}`),
    shift: make("shift", "squared shift of the means", 0.1, (value) => fixed(value, 1)),
    spread: make("spread", "spread of the generated", 0.05, (value) => `s = ${fixed(value)}`),
  };
  const again = html("button", { type: "button" }, "Draw again");
  again.addEventListener("click", () => put({ seed: (model.get("seed") % 9999) + 1 }));
  const numbers = readout(["True distance", "Bias c / N", "Measured at N", "Extrapolated", "Rank"]);
  const note = html("p", { class: "gx-fid-note" });
  const holders = [html("div"), html("div")];
  const mark = (tag, attributes) => svg(tag, attributes);
  const keys = legend(
    [mark("circle", { class: "gx-fid-dot", cx: 12, cy: 6, r: 4.5 }), "mean of 4 draws"],
    [mark("line", { class: "gx-fid-law", x1: 0, x2: 24, y1: 6, y2: 6 }), "truth + c / N"],
    [mark("line", { class: "gx-fid-truth", x1: 0, x2: 24, y1: 6, y2: 6 }), "truth"],
    [mark("rect", { class: "gx-fid-infinity", x: 7, y: 1, width: 10, height: 10 }), "extrapolated"],
  );
  const elements = Object.values(sliders).map(({ element }) => element);
  frame(
    el,
    model,
    "Explorable: FID and the number of samples",
    html("div", { class: "gx-controls" }, ...elements, html("div", { class: "gx-row" }, again), numbers.element, note),
    html("div", { class: "gx-panels" }, panel("FID over 1/N", holders[0], keys), panel("Spectrum of a sample covariance", holders[1])),
  );
  function update() {
    const values = current();
    const found = experiment(values);
    for (const [name, { show }] of Object.entries(sliders)) show(values[name]);
    const here = found.points.find(({ size: at }) => at === values.n) ?? found.points[0];
    numbers.show({
      "True distance": fixed(found.truth),
      "Bias c / N": values.n > values.d ? fixed(found.slope / values.n) : "no law",
      "Measured at N": `${fixed(here.mean)} ± ${fixed(here.sd)}`,
      Extrapolated: found.infinity === null ? "none" : fixed(found.infinity),
      Rank: `${found.rank} of ${values.d}`,
    });
    note.textContent = whatHappens(values, found);
    [overN(values, found), spectrum(values)].forEach((drawn, i) => hang(holders[i], ...drawn));
  }
  const events = names.map((name) => `change:${name}`);
  let waiting = 0; // several traits set at once are drawn once
  const later = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(update);
  };
  for (const event of events) model.on(event, later);
  update();
  return () => events.forEach((event) => model.off(event, later));
}

export default { render };
