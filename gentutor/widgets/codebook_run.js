/** Random numbers in [0, 1) from a seed (mulberry32). */
function makeDice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A codebook that learns on points of the plane. Every point x has a vector z of its own, which
 * stands for the encoder's output; the decoder is the identity. A step draws `batch` points.
 * Loss of a point: |x − e|² + |sg z − e|² + β |z − sg e|², with the gradient at e copied to z.
 * Settings: {k, beta, ema, resets}. `x` holds x0, y0, x1, y1, …
 */
function makeCodebook({ x, k, seed, batch = 32, rateZ = 0.05, rateE = 0.5, decay = 0.9, start = 0.15 }) {
  const dice = makeDice(seed + 1);
  const count = x.length / 2;
  const z = Float64Array.from(x);
  const entries = new Float64Array(2 * k);
  for (let i = 0; i < 2 * k; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - dice()));
    entries[i] = start * radius * Math.cos(2 * Math.PI * dice());
  }
  const counts = new Float64Array(k).fill(batch / k);
  let step = 0;

  function nearest(a, b) {
    let best = 0;
    let least = Infinity;
    for (let j = 0; j < k; j++) {
      const square = (a - entries[2 * j]) ** 2 + (b - entries[2 * j + 1]) ** 2;
      if (square < least) [best, least] = [j, square];
    }
    return best;
  }

  /** One step on the points `rows`, or on a drawn batch. */
  function train({ beta, ema, resets }, rows = Array.from({ length: batch }, () => Math.floor(dice() * count))) {
    const number = new Float64Array(k);
    const sums = new Float64Array(2 * k);
    const chosen = rows.map((i) => nearest(z[2 * i], z[2 * i + 1]));
    rows.forEach((i, at) => {
      const j = chosen[at];
      number[j]++;
      for (const c of [0, 1]) sums[2 * j + c] += z[2 * i + c];
    });
    const moved = Float64Array.from(entries);
    for (let j = 0; j < k; j++) {
      const before = counts[j];
      counts[j] = decay * before + (1 - decay) * number[j];
      for (const c of [0, 1]) {
        const e = entries[2 * j + c];
        if (!ema) moved[2 * j + c] = e - (rateE * 2 * (number[j] * e - sums[2 * j + c])) / rows.length;
        else if (counts[j] > 1e-9) moved[2 * j + c] = (decay * before * e + (1 - decay) * sums[2 * j + c]) / counts[j];
      }
    }
    rows.forEach((i, at) => {
      for (const c of [0, 1]) {
        const e = entries[2 * chosen[at] + c];
        z[2 * i + c] -= rateZ * 2 * (e - x[2 * i + c] + beta * (z[2 * i + c] - e));
      }
    });
    entries.set(moved);
    if (resets) {
      for (let j = 0; j < k; j++) {
        if (counts[j] >= (0.1 * batch) / k) continue;
        const i = rows[Math.floor(dice() * rows.length)];
        for (const c of [0, 1]) entries[2 * j + c] = z[2 * i + c];
        counts[j] = batch / k;
      }
    }
    step++;
  }

  /** Over all points: each one's entry, how many entries are chosen, perplexity, error, reach. */
  function look() {
    const use = new Float64Array(k);
    let error = 0;
    let reach = 0;
    const codes = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      const j = (codes[i] = nearest(z[2 * i], z[2 * i + 1]));
      use[j]++;
      error += (x[2 * i] - entries[2 * j]) ** 2 + (x[2 * i + 1] - entries[2 * j + 1]) ** 2;
      reach += Math.hypot(z[2 * i] - x[2 * i], z[2 * i + 1] - x[2 * i + 1]);
    }
    const entropy = use.reduce((sum, n) => (n ? sum - (n / count) * Math.log(n / count) : sum), 0);
    const dead = use.filter((n) => n === 0).length;
    return { step, codes, use, dead, perplexity: Math.exp(entropy), error: error / count, reach: reach / count };
  }
  return { z, entries, counts, nearest, train, look };
}
