// The scores of two sets of points of the plane, as gentutor.metrics computes them from features.
// A set is an array of [x, y]. No drawing here: tests run this file in Node beside the package.

const square = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
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

/** Unbiased squared MMD with the kernel (x·y/2 + 1)³. */
function kernelDistance(real, fake) {
  const k = (a, b) => ((a[0] * b[0] + a[1] * b[1]) / 2 + 1) ** 3;
  const within = (set) => {
    let sum = 0;
    for (let i = 0; i < set.length; i++) for (let j = 0; j < i; j++) sum += k(set[i], set[j]);
    return (2 * sum) / (set.length * (set.length - 1));
  };
  let across = 0;
  for (const a of real) for (const b of fake) across += k(a, b);
  return within(real) + within(fake) - (2 * across) / (real.length * fake.length);
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

/** Squared distance of each point to its k-th nearest other point. */
function ballSizes(points, k) {
  return points.map((a) => Float64Array.from(points, (b) => square(a, b)).sort()[k]);
}

/** Precision, recall, density, coverage by balls to the k-th neighbour. */
function neighbours(real, fake, k = 3) {
  const [ofReal, ofFake] = [ballSizes(real, k), ballSizes(fake, k)];
  const held = fake.map(() => 0);
  let [reached, covered] = [0, 0];
  real.forEach((x, i) => {
    let [isReached, isCovered] = [false, false];
    fake.forEach((y, j) => {
      const apart = square(x, y);
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
    recall: reached / real.length,
    density: balls / (k * fake.length),
    coverage: covered / real.length,
  };
}

/** Share of the points whose nearest training point is a copy: nearer than `within`. */
function copied(points, train, within = 1e-6) {
  return mean(points.map((a) => Number(train.some((b) => square(a, b) <= within ** 2))));
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
    copied: copied(fake, data.train),
  };
}
