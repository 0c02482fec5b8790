// A GAN of two ReLU networks as an objective of trainer.js: the eight games of the package.
//
// Matrices hold one example a row, so a pack of m examples is m rows read as one: (n, 2) and
// (n / m, 2 m) are the same numbers in the same places.

/**
 * One game, by the package's name: pairs of a loss and its slope, as functions of D's answer a to a
 * real example, to a generated one, and of G's; the `penalty` that D pays, and whether it `clips`.
 */
function ganObjective(name) {
  const softplus = (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
  const sigmoid = (a) => 1 / (1 + Math.exp(-a));
  const surely = [(a) => softplus(-a), (a) => sigmoid(a) - 1]; // −log σ(a)
  const never = [softplus, sigmoid]; // −log σ(−a)
  const down = [(a) => -a, () => -1];
  const up = [(a) => a, () => 1];
  const toOne = [(a) => (a - 1) ** 2 / 2, (a) => a - 1];
  const logistic = { real: surely, fake: never, generator: surely };
  const wasserstein = { real: down, fake: up, generator: down };
  const known = {
    minimax: { ...logistic, generator: [(a) => -softplus(a), (a) => -sigmoid(a)] },
    non_saturating: logistic,
    r1: { ...logistic, penalty: "zero" },
    least_squares: { real: toOne, fake: [(a) => (a * a) / 2, (a) => a], generator: toOne },
    hinge: {
      real: [(a) => Math.max(0, 1 - a), (a) => -Number(a < 1)],
      fake: [(a) => Math.max(0, 1 + a), (a) => Number(a > -1)],
      generator: down,
    },
    wgan_clip: { ...wasserstein, clips: true },
    wgan_gp: { ...wasserstein, penalty: "two_sided" },
    wgan_gp_one_sided: { ...wasserstein, penalty: "one_sided" },
  };
  if (!known[name]) throw new RangeError(`objective: expected one of ${Object.keys(known).join(", ")}, got ${name}`);
  return known[name];
}

/**
 * A generator latents-hidden-2 and a discriminator or critic (2 pack)-hidden-1, hidden a list of
 * widths, for batches of `batch` examples, each with its own Adam. `stepD` and `stepG` take one step
 * and return the loss before it, without penalty; `gradientD` and `gradientG` leave the weights alone.
 */
function makeGan(engine, { latents, hidden, batch, pack, objective, decay = [0.5, 0.9] }) {
  const { real, fake, generator: made, penalty = null, clips = false } = ganObjective(objective);
  const [inward, outward] = [[latents, ...hidden, 2], [2 * pack, ...hidden, 1]];
  const count = batch / pack; // rows of D for one batch
  const rows = Math.max(batch, 256); // of G: more are drawn in turns
  const [storeG, storeD] = [inward, outward].map((sizes) => parameters(engine, parameterCount(sizes), decay));
  const G = network(engine, storeG, inward, rows);
  const D = network(engine, storeD, outward, Math.max(Math.ceil(rows / pack), (penalty ? 3 : 2) * count));
  const x = engine.allocate(Math.max(6 * batch, 2 * rows)); // real, generated, and where the penalty is taken
  const scratch = hidden.map((width) => engine.allocate(count * width));

  /** He's start: N(0, 2/in) and biases of 0; with `at` all samples begin close to that point. */
  function start(randomG, randomD, at = null) {
    for (const [net, random] of [[G, randomG], [D, randomD]]) {
      for (const { W, b, in: inner } of net.layers) {
        for (let i = 0; i < W.length; i++) W[i] = Math.sqrt(2 / inner) * random.normal();
        b.fill(0);
      }
    }
    if (!at) return;
    const { W, b } = G.layers.at(-1);
    W.forEach((weight, i) => (W[i] = 0.05 * weight));
    b.set(at);
  }

  /** Fill n slopes of D from row `first` on, for a mean over n; return the mean loss. */
  function slopes([loss, slope], first, n) {
    let sum = 0;
    for (let r = first; r < first + n; r++) {
      const a = D.output[r];
      sum += loss(a);
      D.gradient[r] = slope(a) / n;
    }
    return sum / n;
  }

  /**
   * The gradient of loss and penalty in one product a layer. D is piecewise linear, so its masks do not move: with v the
   * slopes of the answer, and q the penalty's slope by ∇f, ∂W = r vᵀ where r runs up from q as h
   * does from x, without biases. So r takes the place of h in the penalty's rows.
   */
  function penalise(weight) {
    const n = 3 * count;
    D.gradient.fill(1, 2 * count, n);
    const slope = D.backward(n, { weights: false, toInput: true });
    const width = 2 * pack;
    for (let r = 2 * count; r < n; r++) {
      let square = 0;
      for (let i = r * width; i < (r + 1) * width; i++) square += slope[i] * slope[i];
      const pull = 1 - 1 / Math.max(Math.sqrt(square), 1e-19);
      const factor = penalty === "zero" ? 1 : 2 * (penalty === "one_sided" ? Math.max(0, pull) : pull);
      for (let i = r * width; i < (r + 1) * width; i++) x[i] = (weight / count) * factor * slope[i];
    }
    let below = x.subarray(2 * count * width, n * width);
    D.layers.slice(0, -1).forEach(({ W, y, in: inner, out }, l) => {
      const h = y.subarray(2 * count * out, n * out);
      const r = scratch[l].fill(0);
      engine.product(r, below, W, count, inner, out, inner, 1);
      engine.mask(r, h, r.length);
      h.set(r);
      below = h;
    });
    D.layers.forEach(({ dW, db, dy, in: inner, out }, l) => {
      engine.product(dW, l ? D.layers[l - 1].y : x, dy, inner, n, out, 1, inner);
      engine.sums(db, dy, 2 * count, out);
    });
  }

  /**
   * D's loss and gradient for `batch` real examples and noise z for as many generated ones; `eps`
   * (one a pack, in [0, 1]) places the penalty's points between them, at 0 on the generated one.
   */
  function gradientD(examples, z, eps, weight) {
    storeD.gradients.fill(0);
    const fakes = G.forward(z, batch);
    x.set(examples.subarray(0, 2 * batch));
    x.set(fakes.subarray(0, 2 * batch), 2 * batch);
    if (penalty === "zero") x.copyWithin(4 * batch, 0, 2 * batch);
    else if (penalty) {
      for (let i = 0; i < 2 * batch; i++) {
        const share = eps[Math.floor(i / (2 * pack))];
        x[4 * batch + i] = fakes[i] + share * (x[i] - fakes[i]);
      }
    }
    const judged = (penalty ? 3 : 2) * count;
    D.forward(x, judged);
    const loss = slopes(real, 0, count) + slopes(fake, count, count);
    if (penalty) penalise(weight);
    else D.backward(judged);
    return loss;
  }

  /** G's loss and gradient for noise z: the slope passes through D, which stays. */
  function gradientG(z) {
    storeG.gradients.fill(0);
    G.forward(z, batch);
    D.forward(G.output, count);
    const loss = slopes(made, 0, count);
    G.gradient.set(D.backward(count, { weights: false, toInput: true }).subarray(0, 2 * batch));
    G.backward(batch);
    return loss;
  }

  return {
    G, D, storeG, storeD, start, gradientD, gradientG,
    stepD(examples, z, eps, { lr_d, gp_weight, clip }) {
      const loss = gradientD(examples, z, eps, gp_weight);
      storeD.adam(lr_d);
      if (clips) storeD.values.forEach((w, i) => (storeD.values[i] = Math.min(clip, Math.max(-clip, w))));
      return loss;
    },
    stepG(z, { lr_g }) {
      const loss = gradientG(z);
      storeG.adam(lr_g);
      return loss;
    },
    /** Samples for n rows of z, in turns that fit the buffers: `each(points, first)` sees them. */
    draw(z, n, each) {
      for (let first = 0; first < n; first += rows) {
        const few = Math.min(rows, n - first);
        each(G.forward(z.subarray(first * latents, (first + few) * latents), few).subarray(0, 2 * few), first);
      }
    },
    /** Where G's loss would have each of n <= rows points go, a multiple of `pack`: −n ∂loss/∂x. */
    pushes(points, n) {
      x.set(points.subarray(0, 2 * n));
      D.forward(x, n / pack);
      slopes(made, 0, n / pack);
      const dx = D.backward(n / pack, { weights: false, toInput: true });
      return Float32Array.from(dx.subarray(0, 2 * n), (slope) => -n * slope);
    },
    /** D's answers at n points, each repeated to fill a pack. */
    answers(points, n) {
      const found = new Float32Array(n);
      const some = Math.floor(rows / pack);
      for (let first = 0; first < n; first += some) {
        const few = Math.min(some, n - first);
        for (let r = 0; r < few; r++) for (let i = 0; i < 2 * pack; i++) x[2 * pack * r + i] = points[2 * (first + r) + (i % 2)];
        found.set(D.forward(x, few).subarray(0, few), first);
      }
      return found;
    },
  };
}
