// Runs trainer.js in Node on one case: JSON in, JSON out. An array travels as {float64: base64}.

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = join(__dirname, "..", "..", "gentutor", "widgets");
const names = ["trainer.js", "trainer_vae.js", "trainer_gan.js", "trainer_gan_run.js"];
const text = names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
const api = new Function(`${text}\nreturn {
  makeEngine, parameters, parameterCount, network, makeRandom, minibatches, makeVae, makeVaeRun,
  makeGan, makeGanRun, ganTarget, countModes, coverageOf,
};`)();

const bytes = readFileSync(join(folder, "products.wasm"));
const BUILDS = {
  float64: () => api.makeEngine({ Float: Float64Array }),
  plain: () => api.makeEngine(),
  wasm: () => api.makeEngine({ bytes }),
};
const revive = (key, value) => {
  if (!value?.float64) return value;
  const raw = Buffer.from(value.float64, "base64");
  return new Float64Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
};
const pack = (array) => ({ float64: Buffer.from(Float64Array.from(array).buffer).toString("base64") });
const filled = (engine, values) => {
  const array = engine.allocate(values.length);
  array.set(values);
  return array;
};

const TASKS = {
  /** C + A B, with A or its transpose. */
  product(engine, { rows, inner, cols, turned, a, b, c }) {
    const [A, B, C] = [a, b, c].map((values) => filled(engine, values));
    engine.product(C, A, B, rows, inner, cols, turned ? 1 : inner, turned ? rows : 1);
    return { c: pack(C), engine: engine.name };
  },
  /** Sum of gradient ⊙ net(x), and the gradients of that sum. */
  network(engine, { sizes, hidden, output, x, gradient, weights }) {
    const store = api.parameters(engine, api.parameterCount(sizes));
    const X = filled(engine, x);
    const rows = X.length / sizes[0];
    const net = api.network(engine, store, sizes, rows, { hidden, output });
    store.values.set(weights);
    const y = pack(net.forward(X));
    net.gradient.set(gradient);
    const dx = net.backward(rows, { toInput: true });
    return { y, dx: pack(dx), gradients: pack(store.gradients) };
  },
  /** Steps of the VAE: free, or set to `weights` before each; losses, gradients and weights. */
  vae(engine, { shape, settings, free, rate, weights, x, eps }) {
    const vae = api.makeVae(engine, shape);
    const batches = x.map((values, i) => [values, eps[i]].map((array) => filled(engine, array)));
    const steps = batches.map(([X, E], i) => {
      if (!free || i === 0) vae.store.values.set(weights[i]);
      const { loss, nll, kl } = vae.backward(X, E, shape.rows, settings);
      const gradients = pack(vae.store.gradients);
      if (free) vae.store.adam(rate);
      return { loss, nll, kl: pack(kl), gradients, weights: pack(vae.store.values), variance: vae.variance() };
    });
    return { steps };
  },
  /** A page's run, and what it reports at its start and end. */
  run(engine, { steps, images, shown, ...rest }) {
    const run = api.makeVaeRun(engine, { ...rest, images: Uint8Array.from(images), shown: Uint8Array.from(shown) });
    const told = () => {
      const { reconstructions, samples, kl, ...numbers } = run.report();
      return { ...numbers, kl: Array.from(kl ?? []), reconstructions: pack(reconstructions), samples: pack(samples) };
    };
    const first = told();
    for (let step = 0; step < steps && run.train(); step++);
    return { first, last: told() };
  },
  /** Rounds of a GAN, D then G: free, or set to torch's `weights` before each step. */
  gan(engine, { shape, settings, free, weights, x, zD, zG, eps }) {
    const { storeD, storeG, ...gan } = api.makeGan(engine, shape);
    const steps = x.map((_, i) => {
      const [X, Z, Z2, E] = [x[i], zD[i], zG[i], eps[i]].map((array) => filled(engine, array));
      const [dBefore, gBefore, dAfter] = weights[i] ?? [];
      if (dBefore) storeD.values.set(dBefore);
      if (gBefore) storeG.values.set(gBefore);
      const d = free ? gan.stepD(X, Z, E, settings) : gan.gradientD(X, Z, E, settings.gp_weight);
      if (!free) storeD.values.set(dAfter);
      const g = free ? gan.stepG(Z2, settings) : gan.gradientG(Z2);
      const [D, G] = [storeD, storeG].map(({ gradients, values }) => ({ gradients: pack(gradients), weights: pack(values) }));
      return { D: { loss: d, ...D }, G: { loss: g, ...G } };
    });
    return { steps };
  },
  /** A page's run of GANs: what it reports at its start and after so many steps of each G. */
  ganRun(engine, { rounds, ...rest }) {
    const run = api.makeGanRun(engine, rest);
    const told = () => Object.fromEntries(Object.entries(run.report()).map(([name, value]) => [name, ArrayBuffer.isView(value) ? pack(value) : value]));
    const first = told();
    const moves = rounds * (rest.settings.n_critic + 1) * rest.seeds.length;
    let goes = true;
    for (let i = 0; i < moves && goes; i++) goes = run.train();
    return { first, last: told() };
  },
  ganTarget(engine, { name, own }) {
    const { places, parts, modes, sd } = api.ganTarget(name, own);
    return { places: pack(places), parts, modes, sd };
  },
  /** What is said of counts, and how samples are counted. */
  coverage(engine, { cases, target, samples }) {
    const counts = api.countModes(api.ganTarget(...target), samples, samples.length / 2).map(pack);
    return { counts, said: cases.map(([nearest, good]) => api.coverageOf(Uint32Array.from(nearest), Uint32Array.from(good))) };
  },
  /** Uniform and normal numbers of a stream, and the rows of some minibatches. */
  random(engine, { seed, stream, count, rows, batch, batches }) {
    const [one, two, three] = [0, 0, 0].map(() => api.makeRandom(seed, stream));
    const order = api.minibatches(rows, batch, three);
    return {
      uniform: pack(Array.from({ length: count }, one.uniform)),
      normal: pack(Array.from({ length: count }, two.normal)),
      batches: Array.from({ length: batches }, () => Array.from(order.next())),
    };
  },
};

const { task, build, ...rest } = JSON.parse(readFileSync(0, "utf8"), revive);
process.stdout.write(JSON.stringify(TASKS[task](BUILDS[build](), rest)));
