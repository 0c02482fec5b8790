// The game min over a, max over b of ab − γ b²/2, its players' steps, and the eigenvalues of a step.
// The numbers are those of gentutor.theory.games.

const METHODS = ["simultaneous", "alternating", "extragradient", "optimistic"];

/** Both slopes, each player's own loss downhill: a lowers ab, b lowers −ab + γ b²/2. */
const slopes = ([a, b], damping) => [b, -a + damping * b];
const move = ([a, b], [da, db], size) => [a - size * da, b - size * db];

/** Where the players stand after 0, 1, …, T steps. Optimistic ones begin as if they had stood still before. */
function walk({ method, step_size: eta, damping, start, steps }) {
  const places = [start];
  let before = slopes(start, damping);
  for (let t = 0; t < steps; t++) {
    const here = places[t];
    const now = slopes(here, damping);
    if (method === "simultaneous") places.push(move(here, now, eta));
    else if (method === "extragradient") places.push(move(here, slopes(move(here, now, eta), damping), eta));
    else if (method === "alternating") {
      const half = [here[0] - eta * now[0], here[1]]; // b sees the new a
      places.push([half[0], half[1] - eta * slopes(half, damping)[1]]);
    } else {
      places.push(move(move(here, now, 2 * eta), before, -eta));
      before = now;
    }
  }
  return places;
}

// Complex numbers as [real, imaginary].
const plus = ([a, b], [c, d]) => [a + c, b + d];
const times = ([a, b], [c, d]) => [a * c - b * d, a * d + b * c];
const modulus = ([a, b]) => Math.hypot(a, b);

function squareRoot([a, b]) {
  const size = modulus([a, b]);
  const root = Math.sqrt((size + Math.abs(a)) / 2);
  if (!root) return [0, 0];
  const other = b / (2 * root);
  if (a >= 0) return [root, other];
  return [Math.abs(other), b < 0 ? -root : root];
}

/** Both roots of x² + p x + q, the smaller one by way of the product so that it keeps its digits. */
function rootsOf(p, q) {
  const half = times(p, [-0.5, 0]);
  const root = squareRoot(plus(times(half, half), times(q, [-1, 0])));
  const [one, two] = [plus(half, root), plus(half, times(root, [-1, 0]))];
  const large = modulus(one) >= modulus(two) ? one : two;
  const size = modulus(large) ** 2;
  if (!size) return [large, large];
  return [large, times(q, [large[0] / size, -large[1] / size])];
}

/** The eigenvalues of one step: two, or four where the step before counts as well. */
function eigenvalues({ method, step_size: eta, damping }) {
  if (method === "alternating") return rootsOf([eta * eta + eta * damping - 2, 0], [1 - eta * damping, 0]);
  return rootsOf([-damping, 0], [1, 0]).flatMap((mu) => {
    const h = times(mu, [eta, 0]);
    if (method === "simultaneous") return [[1 - h[0], -h[1]]];
    if (method === "extragradient") return [plus([1 - h[0], -h[1]], times(h, h))];
    return rootsOf([2 * h[0] - 1, 2 * h[1]], [-h[0], -h[1]]);
  });
}

/** The radius of a step, and what it does to the players: "in", "out", "round" or "drift". */
function outlook(values) {
  const radius = Math.max(...values.map(modulus));
  if (Math.abs(radius - 1) > 1e-9) return { radius, way: radius < 1 ? "in" : "out" };
  const double = modulus(plus(values[0], times(values[1], [-1, 0]))) < 1e-6; // with a single eigenvector
  return { radius, way: double ? "drift" : "round" };
}
