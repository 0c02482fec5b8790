// What a GAN in the page is trained on, how its coverage is counted, and the run that is watched.

/**
 * A density in the plane: equally likely `places` (2 M numbers, points in turn), blurred by a Gaussian
 * of deviation `sd`. `parts` says to which of `modes` parts a place belongs: on a mixture each is a
 * mode, a curve is cut into 16 pieces. `view` is [x, y, half width] of the square that shows it.
 * `own` holds the points of a drawn one. The numbers are those of gentutor.data.
 */
function ganTarget(name, own = []) {
  const along = (n, place) => Array.from({ length: n }, (_, i) => place(i));
  const modes = (places, sd, view) => ({
    places: Float64Array.from(places.flat()), parts: places.map((_, i) => i), modes: places.length, sd, view,
  });
  const arms = (path, view) => {
    const places = [0, 1].flatMap((arm) => along(160, (i) => path((i + 0.5) / 160, arm)));
    const parts = places.map((_, i) => Math.floor(i / 20));
    return { places: Float64Array.from(places.flat()), parts, modes: 16, sd: 0.1, view };
  };
  const targets = {
    ring: () => modes(along(8, (i) => [2 * Math.cos((i * Math.PI) / 4), 2 * Math.sin((i * Math.PI) / 4)]), 0.1, [0, 0, 3]),
    grid: () => modes(along(25, (i) => [2 * (i % 5) - 4, 2 * Math.floor(i / 5) - 4]), 0.05, [0, 0, 5.2]),
    two_moons: () =>
      arms((u, arm) => {
        const [x, y] = [Math.cos(Math.PI * u), Math.sin(Math.PI * u)];
        return arm ? [1 - x, 0.5 - y] : [x, y];
      }, [0.5, 0.25, 2.2]),
    spirals: () =>
      arms((u, arm) => {
        const t = 3 * Math.PI * Math.sqrt(u);
        return [(t / Math.PI) * Math.cos(t + Math.PI * arm), (t / Math.PI) * Math.sin(t + Math.PI * arm)];
      }, [0, 0, 3.8]),
    own: () => modes(own, 0.1, [0, 0, 3]),
  };
  return targets[name]();
}

/** Count n samples at each part: [all whose nearest place is there, those within 3 sd of it]. */
function countModes({ places, parts, modes, sd }, samples, n, counts = [new Uint32Array(modes), new Uint32Array(modes)]) {
  for (let i = 0; i < n; i++) {
    let best = Infinity;
    let at = 0;
    for (let k = 0; k < parts.length; k++) {
      const square = (samples[2 * i] - places[2 * k]) ** 2 + (samples[2 * i + 1] - places[2 * k + 1]) ** 2;
      if (square < best) [best, at] = [square, k];
    }
    if (best < Infinity) counts[0][parts[at]]++;
    if (best <= 9 * sd * sd) counts[1][parts[at]]++;
  }
  return counts;
}

/** What gentutor.metrics.mode_coverage says of such counts, by the same names. */
function coverageOf(nearest, good) {
  const sum = (counts) => counts.reduce((a, b) => a + b, 0);
  const modes = nearest.length;
  const n = sum(nearest);
  const toEven = (counts) => {
    const all = sum(counts);
    if (!all) return NaN;
    return counts.reduce((kl, count) => kl + (count ? (count / all) * Math.log((modes * count) / all) : 0), 0);
  };
  const quality = sum(good) / n;
  const m20 = good.filter((count) => 5 * modes * count >= n).length;
  const few = Math.exp(-toEven(Array.from(nearest))) <= 0.6 + 1e-9;
  let verdict = quality < 0.5 ? "spread" : "partial";
  if (quality >= 0.3 && 8 * m20 >= 7 * modes) verdict = "covers";
  if (few) verdict = "collapsed";
  if (quality < (few ? 0.3 : 0.15)) verdict = "failed";
  return { m1: good.filter((count) => count).length, m20, quality, reverse_kl: toEven(Array.from(good)), verdict };
}

/**
 * One GAN for each of `seeds`, and a look at them. `train()` takes one step of one player, seeds in
 * turn, D's `n_critic` before each of G's; `step("D" | "G" | "both" | "next")` steps the seed that is
 * `selected`. `settings`: lr_d, lr_g, n_critic, gp_weight, clip, selected. A run whose loss or
 * whose samples are no longer finite stays where it is; `finite` tells whether any goes on.
 */
function makeGanRun(engine, { target: [name, own], latents, hidden, batch, pack, objective, collapsed, seeds, settings, side, shown, tested }) {
  const target = ganTarget(name, own);
  const runs = seeds.map((seed) => {
    const gan = makeGan(engine, { latents, hidden, batch, pack, objective });
    const [randomG, randomD, data, noise] = [1, 2, 3, 4].map((stream) => makeRandom(seed, stream));
    gan.start(randomG, randomD, collapsed ? target.places.subarray(0, 2) : null);
    return { gan, data, noise, steps: 0, taken: 0, last: "", diverged: -1, losses: { D: [0, 0], G: [0, 0] }, told: { D: NaN, G: NaN } };
  });
  const [x, z, eps] = [2 * batch, latents * batch, batch].map((n) => engine.allocate(n));
  const zTested = engine.allocate(latents * tested);
  const prior = makeRandom(0, 5);
  for (let i = 0; i < zTested.length; i++) zTested[i] = prior.normal();
  const grid = new Float32Array(2 * side * side);
  const [left, bottom, half] = target.view;
  for (let i = 0; i < side * side; i++) {
    grid[2 * i] = left + half * ((2 * (i % side) + 1) / side - 1);
    grid[2 * i + 1] = bottom - half * ((2 * Math.floor(i / side) + 1) / side - 1);
  }
  let turn = 0;

  /** One step of a player, on a fresh batch. */
  function move(run, player) {
    const { gan, data, noise } = run;
    for (let i = 0; i < z.length; i++) z[i] = noise.normal();
    let loss;
    if (player === "D") {
      for (let i = 0; i < batch; i++) {
        const place = Math.floor(data.uniform() * target.parts.length);
        for (let d = 0; d < 2; d++) x[2 * i + d] = target.places[2 * place + d] + target.sd * data.normal();
        eps[i] = data.uniform();
      }
      loss = gan.stepD(x, z, eps, settings);
      run.taken++;
    } else {
      loss = gan.stepG(z, settings);
      run.taken = 0;
      run.steps++;
    }
    run.last = player;
    run.losses[player][0] += loss;
    run.losses[player][1]++;
    if (!Number.isFinite(loss)) run.diverged = run.steps;
  }
  const next = (run) => move(run, run.taken < settings.n_critic ? "D" : "G");

  function train() {
    for (let tried = 0; tried < runs.length; tried++) {
      const run = runs[turn++ % runs.length];
      if (run.diverged < 0) {
        next(run);
        return true;
      }
    }
    return false;
  }

  function step(what) {
    const run = runs[settings.selected];
    if (run.diverged >= 0) return;
    if (what === "D" || what === "G") return move(run, what);
    do next(run);
    while (what === "both" && run.last !== "G" && run.diverged < 0);
  }

  function report() {
    const points = new Float32Array(2 * shown * runs.length);
    const counts = new Uint32Array(2 * target.modes * runs.length);
    runs.forEach((run, r) => {
      const tally = [0, 1].map((which) => counts.subarray((2 * r + which) * target.modes, (2 * r + which + 1) * target.modes));
      run.gan.draw(zTested, tested, (drawn, first) => {
        countModes(target, drawn, drawn.length / 2, tally);
        const room = 2 * (shown - first);
        if (room > 0) points.set(drawn.subarray(0, room), 2 * (r * shown + first));
        if (run.diverged < 0 && !drawn.every(Number.isFinite)) run.diverged = run.steps;
      });
      for (const player of ["D", "G"]) {
        const [sum, n] = run.losses[player];
        if (n) run.told[player] = sum / n;
        run.losses[player] = [0, 0];
      }
    });
    const { gan, last } = runs[settings.selected];
    const mine = points.subarray(2 * shown * settings.selected, 2 * shown * (settings.selected + 1));
    return {
      step: Math.max(...runs.map(({ steps }) => steps)),
      finite: runs.some(({ diverged }) => diverged < 0),
      selected: settings.selected,
      last,
      points, counts,
      steps: Int32Array.from(runs, (run) => run.steps),
      diverged: Int32Array.from(runs, (run) => run.diverged),
      losses: Float32Array.from(runs.flatMap(({ told }) => [told.D, told.G])),
      surface: gan.answers(grid, side * side),
      pushes: gan.pushes(mine, Math.min(shown, batch)),
    };
  }

  return { train, step, report, set: (changes) => Object.assign(settings, changes) };
}
