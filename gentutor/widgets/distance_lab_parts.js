// The mathematics of the distance lab, without a page: two densities on a line and what lies between.

const HEAPS = [-1, 1]; // of the data, equally heavy
const GRID = { low: -10, high: 10, count: 1001 };
const STEP = (GRID.high - GRID.low) / (GRID.count - 1);
const PLACES_X = Array.from({ length: GRID.count }, (_, i) => GRID.low + i * STEP);

const logNormal = (x, mean, sd) => -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI));
const logAdd = (a, b) => {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
};

/** Log density of two heaps of one width, the left one with a share of the mass, moved by `shift`. */
function logDensity({ sd, share, shift }) {
  const [left, right] = [Math.log(share), Math.log(1 - share)];
  return PLACES_X.map((x) => logAdd(left + logNormal(x, HEAPS[0] + shift, sd), right + logNormal(x, HEAPS[1] + shift, sd)));
}

const integrate = (values) => values.reduce((total, value) => total + value, 0) * STEP;

/** Running sum of a density: its distribution function at the grid's points, 1 at the end. */
function distribution(log) {
  let reached = 0;
  const found = log.map((value) => (reached += Math.exp(value) * STEP));
  return found.map((value) => value / reached);
}

/** KL(p ‖ q), JS(p, q) in nats and W1, from log densities on the grid. */
function distances(logP, logQ) {
  const terms = (log, other) => log.map((value, i) => (value > -700 ? Math.exp(value) * (value - other[i]) : 0));
  const logM = logP.map((value, i) => logAdd(value, logQ[i]) - Math.LN2);
  const [F, G] = [distribution(logP), distribution(logQ)];
  return {
    kl: integrate(terms(logP, logQ)),
    js: 0.5 * (integrate(terms(logP, logM)) + integrate(terms(logQ, logM))),
    w1: integrate(F.map((value, i) => Math.abs(value - G[i]))),
  };
}

/** The best critic of slope at most 1 at the grid's points: its slope is −sign(F − G); 0 at the left end. */
function bestCritic(F, G) {
  let score = 0;
  return F.map((value, i) => {
    const gap = value - G[i];
    const now = score;
    score -= (Math.abs(gap) > 1e-6 ? Math.sign(gap) : 0) * STEP;
    return now;
  });
}

/** The place below which a share `level` of the mass lies. */
function quantile(F, level) {
  const i = Math.max(F.findIndex((value) => value >= level), 1);
  return PLACES_X[i - 1] + (STEP * (level - F[i - 1])) / (F[i] - F[i - 1]);
}

/** Everything that is shown of data (even heaps at ±1) and samples. */
function compare({ shift, sd, share }) {
  const logP = logDensity({ sd, share: 0.5, shift: 0 });
  const at = (moved) => distances(logP, logDensity({ sd, share, shift: moved }));
  const logQ = logDensity({ sd, share, shift });
  const [F, G] = [distribution(logP), distribution(logQ)];
  const here = at(shift);
  const [less, more] = [at(shift - 0.01), at(shift + 0.01)];
  const slope = Object.fromEntries(Object.keys(here).map((name) => [name, (more[name] - less[name]) / 0.02]));
  return { logP, logQ, F, G, ...here, slope, at };
}
