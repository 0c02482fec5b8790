// The mathematics of the push-forward, without a page: noises, a map through handles, densities.

const PLACES = [-2, -1, 0, 1, 2]; // of the handles, on z

const normal = (z, mean, sd) => Math.exp(-0.5 * ((z - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
const EDGE = Math.sqrt(3); // of the uniform noise, so that its variance is 1
const BUMP = { at: 1.2, sd: 0.4 };

/** Densities of the noise, and how to draw it from a uniform and a standard normal number. */
const NOISES = {
  normal: { density: (z) => normal(z, 0, 1), draw: (u, n) => n },
  uniform: {
    density: (z) => (Math.abs(z) <= EDGE ? 0.5 / EDGE : 0),
    draw: (u) => EDGE * (2 * u - 1),
  },
  "two bumps": {
    density: (z) => 0.5 * normal(z, -BUMP.at, BUMP.sd) + 0.5 * normal(z, BUMP.at, BUMP.sd),
    draw: (u, n) => (u < 0.5 ? -BUMP.at : BUMP.at) + BUMP.sd * n,
  },
};

/** The map through (PLACES[k], handles[k]): cubic pieces with one slope at each handle, straight beyond. */
function through(handles) {
  const last = PLACES.length - 1;
  const slopes = handles.map((_, k) => {
    const [from, to] = [Math.max(k - 1, 0), Math.min(k + 1, last)];
    return (handles[to] - handles[from]) / (PLACES[to] - PLACES[from]);
  });
  const piece = (z) => Math.min(Math.max(Math.floor(z - PLACES[0]), 0), last - 1);
  const beyond = (z) => (z <= PLACES[0] ? 0 : z >= PLACES[last] ? last : -1);
  const value = (z) => {
    const end = beyond(z);
    if (end >= 0) return handles[end] + slopes[end] * (z - PLACES[end]);
    const k = piece(z);
    const u = z - PLACES[k];
    const [a, b] = [handles[k], handles[k + 1]];
    return a + u * (slopes[k] + u * (3 * (b - a) - 2 * slopes[k] - slopes[k + 1] + u * (2 * (a - b) + slopes[k] + slopes[k + 1])));
  };
  const slope = (z) => {
    const end = beyond(z);
    if (end >= 0) return slopes[end];
    const k = piece(z);
    const u = z - PLACES[k];
    const [a, b] = [handles[k], handles[k + 1]];
    return slopes[k] + u * (2 * (3 * (b - a) - 2 * slopes[k] - slopes[k + 1]) + 3 * u * (2 * (a - b) + slopes[k] + slopes[k + 1]));
  };
  return { value, slope };
}

const REACH = 5; // of z; all but a millionth of each noise lies within
const CELLS = 2000; // of z within ±REACH

/** Every z with G(z) = x, found where G − x changes its sign on a fine grid. */
function waysTo(x, { value }) {
  const found = [];
  const at = (i) => -REACH + (2 * REACH * i) / CELLS;
  for (let i = 0; i < CELLS; i++) {
    let [low, high] = [at(i), at(i + 1)];
    const rising = value(low) < x;
    if (rising === value(high) < x) continue;
    for (let n = 0; n < 40; n++) {
      const middle = (low + high) / 2;
      if (value(middle) < x === rising) low = middle;
      else high = middle;
    }
    found.push((low + high) / 2);
  }
  return found;
}

/** Density of x by the change of variables: noise over slope, summed over every z that lands there. */
function densityAt(x, map, noise) {
  const terms = waysTo(x, map).map((z) => noise.density(z) / Math.abs(map.slope(z)));
  return { density: terms.reduce((a, b) => a + b, 0), ways: terms.length };
}

/**
 * Mean density of x over `count` cells from `low` to `high`. Each small piece of noise carries its mass
 * to the stretch of x it lands on, so that none is lost at a fold or where the map is flat.
 */
function cellDensities(map, noise, low, high, count) {
  const mass = new Float64Array(count);
  const width = (high - low) / count;
  const step = (2 * REACH) / CELLS;
  let total = 0; // near 1, but for pieces that the edge of a uniform noise cuts
  for (let i = 0; i < CELLS; i++) {
    const z = -REACH + step * i;
    const here = noise.density(z + step / 2) * step;
    if (!here) continue;
    total += here;
    const [a, b] = [map.value(z), map.value(z + step)].sort((one, other) => one - other);
    const [from, to] = [(a - low) / width, (b - low) / width];
    for (let k = Math.max(Math.floor(from), 0); k <= Math.min(Math.floor(to), count - 1); k++) {
      const share = to > from ? (Math.min(to, k + 1) - Math.max(from, k)) / (to - from) : 1;
      mass[k] += here * share;
    }
  }
  return Array.from(mass, (one) => one / width / total);
}

/** The same `count` draws of noise at each call. */
function draws(noise, count) {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  return Array.from({ length: count }, () => {
    const [u, v, w] = [uniform(), uniform(), uniform()];
    return noise.draw(u, Math.sqrt(-2 * Math.log(v)) * Math.cos(2 * Math.PI * w));
  });
}
