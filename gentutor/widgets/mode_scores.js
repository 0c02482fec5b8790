// The scores of two sets of points of the plane, as gentutor.metrics computes them from features.
// A set is an array of [x, y]. No drawing here: tests run this file in Node beside the package.

function square(a, b) {
  const x = a[0] - b[0];
  const y = a[1] - b[1];
  return x * x + y * y;
}

/** Remembers what a function gave for an object: the training points stay the same. */
function remembered(make) {
  const known = new WeakMap();
  return (key) => known.get(key) ?? known.set(key, make(key)).get(key);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and covariance (n − 1 below the line) of points: {m: [x, y], c: [xx, xy, yy]}. */
function moments(points) {
  const m = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const c = [0, 0, 0];
  for (const [x, y] of points) {
    c[0] += (x - m[0]) ** 2;
    c[1] += (x - m[0]) * (y - m[1]);
    c[2] += (y - m[1]) ** 2;
  }
  return { m, c: c.map((value) => value / (points.length - 1)) };
}

/** ‖Δμ‖² + tr(A + B − 2 (AB)^½); of a 2 × 2 matrix with roots ≥ 0, tr √M = √(tr M + 2 √det M). */
function frechet(real, fake) {
  const [p, q] = [moments(real), moments(fake)];
  const [a, b] = [p.c, q.c];
  const determinant = (s) => Math.max(s[0] * s[2] - s[1] ** 2, 0);
  const trace = a[0] * b[0] + 2 * a[1] * b[1] + a[2] * b[2];
  const root = Math.sqrt(Math.max(trace + 2 * Math.sqrt(determinant(a) * determinant(b)), 0));
  return square(p.m, q.m) + a[0] + a[2] + b[0] + b[2] - 2 * root;
}

function kernel(a, b) {
  const base = (a[0] * b[0] + a[1] * b[1]) / 2 + 1;
  return base * base * base;
}

function kernelWithin(set) {
  let sum = 0;
  for (let i = 0; i < set.length; i++) for (let j = 0; j < i; j++) sum += kernel(set[i], set[j]);
  return (2 * sum) / (set.length * (set.length - 1));
}
const kernelWithinTrain = remembered(kernelWithin);

/** Unbiased squared MMD with the kernel (x·y/2 + 1)³. */
function kernelDistance(train, fake) {
  let across = 0;
  for (const a of train) for (const b of fake) across += kernel(a, b);
  return kernelWithinTrain(train) + kernelWithin(fake) - (2 * across) / (train.length * fake.length);
}

/** log p(y | x) of a mixture of equal round bells, the classifier of the Inception Score. */
function logProbabilities(point, centres, sd) {
  const logits = centres.map((centre) => -square(point, centre) / (2 * sd ** 2));
  const top = Math.max(...logits);
  const total = top + Math.log(logits.reduce((sum, a) => sum + Math.exp(a - top), 0));
  return logits.map((a) => a - total);
}

/** exp(H(mean p) − mean H(p)). */
function inceptionScore(fake, centres, sd) {
  const marginal = centres.map(() => 0);
  let entropy = 0;
  for (const point of fake) {
    logProbabilities(point, centres, sd).forEach((logp, y) => {
      const p = Math.exp(logp);
      marginal[y] += p / fake.length;
      if (p > 0) entropy -= (p * logp) / fake.length;
    });
  }
  const spread = marginal.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return Math.exp(spread - entropy);
}

const NEIGHBOURS = 3;

/** Squared distance of each point to its third nearest other point. */
function ballSizes(points) {
  return points.map((a) => {
    const least = new Float64Array(NEIGHBOURS + 1).fill(Infinity); // itself and three others
    for (const b of points) {
      let apart = square(a, b);
      for (let place = 0; place <= NEIGHBOURS && apart < Infinity; place++) {
        if (apart < least[place]) [least[place], apart] = [apart, least[place]];
      }
    }
    return least[NEIGHBOURS];
  });
}
const ballSizesOfTrain = remembered(ballSizes);

/** Precision, recall, density, coverage, and the share of copies: at most 1e-6 from a training point. */
function neighbours(train, fake) {
  const [ofReal, ofFake] = [ballSizesOfTrain(train), ballSizes(fake)];
  const held = fake.map(() => 0);
  const copies = fake.map(() => 0);
  let [reached, covered] = [0, 0];
  train.forEach((x, i) => {
    let [isReached, isCovered] = [false, false];
    fake.forEach((y, j) => {
      const apart = square(x, y);
      if (apart <= 1e-12) copies[j] = 1;
      if (apart <= ofReal[i]) {
        held[j] += 1;
        isCovered = true;
      }
      isReached ||= apart <= ofFake[j];
    });
    reached += isReached;
    covered += isCovered;
  });
  const balls = held.reduce((sum, n) => sum + n, 0);
  return {
    precision: held.filter((n) => n > 0).length / fake.length,
    recall: reached / train.length,
    density: balls / (NEIGHBOURS * fake.length),
    coverage: covered / train.length,
    copied: mean(copies),
  };
}

/**
 * What the generator makes: point i comes from the kept modes in turn. Its noise has the data's
 * standard deviation, widened by the blur; the first share of them are training points instead.
 */
function generate({ centres, noise, train, trainMode, sd, kept, blur, memorised }) {
  const wide = Math.sqrt(sd ** 2 + blur ** 2);
  const known = kept.map((mode) => train.filter((_, i) => trainMode[i] === mode));
  const copies = Math.round(memorised * noise.length);
  if (!kept.length) return [];
  return noise.map((eps, i) => {
    const at = i % kept.length;
    const turn = Math.floor(i / kept.length);
    if (i < copies) return known[at][turn % known[at].length];
    const [x, y] = centres[kept[at]];
    return [x + wide * eps[0], y + wide * eps[1]];
  });
}

/** Every score, or null where there is nothing to compare. */
function allScores(data, fake) {
  if (!fake.length) return null;
  return {
    fid: frechet(data.train, fake),
    kid: kernelDistance(data.train, fake),
    is: inceptionScore(fake, data.centres, data.sd),
    ...neighbours(data.train, fake),
  };
}
