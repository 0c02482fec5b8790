// The VAE as an objective of trainer.js, and the run of it that a page watches.

/**
 * A VAE with a Gaussian decoder: its parameters, and the gradient of
 *
 *   loss = mean over examples of  R(½ ((x − m)² / σ² + log σ² + log 2π)) + β R(½ (μ² + s² − log s² − 1)),
 *
 * where each R is a sum over its dimensions or, the common mistake, their mean. `output` is the
 * decoder's mean m: "linear" or "sigmoid". A tenth of log σ² is stored, as gentutor's VAE does, so
 * that Adam can move σ² far.
 */
function makeVae(engine, { pixels, hidden, latents, output, rows }) {
  const [inward, outward] = [[pixels, hidden, 2 * latents], [latents, hidden, pixels]];
  const store = parameters(engine, parameterCount(inward) + parameterCount(outward) + 1);
  const encoder = network(engine, store, inward, rows);
  const decoder = network(engine, store, outward, rows, { output });
  const [tenth, dTenth] = store.take(1);
  const z = engine.allocate(rows * latents);
  const kl = new Float64Array(latents);

  /** Decode the first n posterior means. */
  function reconstruct(x, n) {
    const codes = encoder.forward(x, n);
    for (let r = 0; r < n; r++) for (let d = 0; d < latents; d++) z[r * latents + d] = codes[r * 2 * latents + d];
    return decoder.forward(z, n);
  }

  /**
   * The loss and the gradients of x (n, pixels) with noise eps (n, latents). Settings: beta,
   * variance (a number, or null for learnt), and means: {reconstruction, kl}, true for a mean.
   * Returns nats per example: loss as minimised; nll and the kl of each dimension always as sums.
   */
  function backward(x, eps, n, { beta, variance, means }) {
    if (variance !== null) tenth[0] = Math.log(variance) / 10;
    store.gradients.fill(0);
    const logVariance = 10 * tenth[0];
    const precision = Math.exp(-logVariance);
    const perPixel = 1 / (n * (means.reconstruction ? pixels : 1));
    const perLatent = beta / (n * (means.kl ? latents : 1));

    const codes = encoder.forward(x, n);
    for (let r = 0, at = 0; r < n; r++) {
      for (let d = 0; d < latents; d++, at++) {
        const mu = r * 2 * latents + d;
        z[at] = codes[mu] + Math.exp(0.5 * codes[mu + latents]) * eps[at];
      }
    }
    const mean = decoder.forward(z, n);
    let squares = 0;
    for (let i = 0; i < n * pixels; i++) {
      const error = mean[i] - x[i];
      squares += error * error;
      decoder.gradient[i] = perPixel * precision * error;
    }
    const dz = decoder.backward(n, { toInput: true });
    kl.fill(0);
    for (let r = 0, at = 0; r < n; r++) {
      for (let d = 0; d < latents; d++, at++) {
        const mu = r * 2 * latents + d;
        const logvar = codes[mu + latents];
        const s2 = Math.exp(logvar);
        kl[d] += (0.5 * (codes[mu] * codes[mu] + s2 - logvar - 1)) / n;
        encoder.gradient[mu] = dz[at] + perLatent * codes[mu];
        encoder.gradient[mu + latents] = 0.5 * (dz[at] * eps[at] * Math.sqrt(s2) + perLatent * (s2 - 1));
      }
    }
    encoder.backward(n);
    if (variance === null) dTenth[0] = 5 * perPixel * (n * pixels - precision * squares);

    const nll = 0.5 * ((precision * squares) / n + pixels * (logVariance + Math.log(2 * Math.PI)));
    const rate = kl.reduce((sum, value) => sum + value, 0);
    return { loss: perPixel * n * nll + perLatent * n * rate, nll, kl };
  }

  return { store, encoder, decoder, reconstruct, backward, variance: () => Math.exp(10 * tenth[0]) };
}

/**
 * Train on `images` (N, pixels), bytes of 0 to 255, and look on: `train()` takes one step;
 * `report()` says where it stands and draws `shown` again and 16 samples, whose z never change.
 * Minibatches are drawn without replacement; the reported nll and kl are means over the steps since the last
 * report. After a loss that is not finite no step follows.
 */
function makeVaeRun(engine, { images, shown, pixels, hidden, latents, output, batch, seed, settings }) {
  const samples = 16;
  const rows = Math.max(batch, samples, shown.length / pixels);
  const vae = makeVae(engine, { pixels, hidden, latents, output, rows });
  const [starts, order, noise, prior] = [1, 2, 3, 4].map((stream) => makeRandom(seed, stream));
  vae.encoder.start(starts);
  vae.decoder.start(starts);
  const batches = minibatches(images.length / pixels, batch, order);
  const [x, eps] = [engine.allocate(rows * pixels), engine.allocate(rows * latents)];
  const z = engine.allocate(samples * latents);
  for (let i = 0; i < z.length; i++) z[i] = prior.normal();
  const toBytes = (mean, count) =>
    Uint8Array.from({ length: count * pixels }, (_, i) => 255 * Math.min(1, Math.max(0, mean[i])) + 0.5);

  let step = 0;
  let finite = true;
  let sums = { steps: 0, nll: 0, kl: new Float64Array(latents) };
  let means = null;

  function train() {
    batches.next().forEach((row, r) => {
      for (let i = 0; i < pixels; i++) x[r * pixels + i] = images[row * pixels + i] / 255;
    });
    for (let i = 0; i < batch * latents; i++) eps[i] = noise.normal();
    const { loss, nll, kl } = vae.backward(x, eps, batch, settings);
    step++;
    finite = Number.isFinite(loss);
    if (!finite) return false;
    vae.store.adam(settings.rate);
    sums.steps++;
    sums.nll += nll;
    kl.forEach((value, d) => (sums.kl[d] += value));
    return true;
  }

  function report() {
    if (sums.steps) {
      means = { nll: sums.nll / sums.steps, kl: Float32Array.from(sums.kl, (sum) => sum / sums.steps) };
      sums = { steps: 0, nll: 0, kl: new Float64Array(latents) };
    }
    shown.forEach((pixel, i) => (x[i] = pixel / 255));
    const count = shown.length / pixels;
    const reconstructions = toBytes(vae.reconstruct(x, count), count);
    const drawn = toBytes(vae.decoder.forward(z, samples), samples);
    const ours = { step, finite, variance: vae.variance(), reconstructions, samples: drawn };
    return means ? { ...ours, nll: means.nll, kl: means.kl.slice() } : ours; // what is posted is given away
  }

  return { train, report, set: (changes) => Object.assign(settings, changes) };
}
