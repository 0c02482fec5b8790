// What can be set in the mode-collapse lab: words, ranges, links and presets.

const BATCH = 128;
const FEWEST = 3; // points of a drawn target
const MOST = 32;
const TARGETS = { ring: "ring of 8", grid: "grid of 25", two_moons: "two moons", spirals: "two spirals", own: "draw your own" };
const GAMES = {
  minimax: "minimax", non_saturating: "non-saturating", r1: "non-saturating + R1", least_squares: "least squares",
  hinge: "hinge", wgan_clip: "WGAN, clipping", wgan_gp: "WGAN-GP", wgan_gp_one_sided: "WGAN-GP, one-sided",
};
const LOGISTIC = ["minimax", "non_saturating", "r1"]; // D's answer is a logit
const PENALISED = ["r1", "wgan_gp", "wgan_gp_one_sided"];
const PACKS = [1, 2, 4, 8].filter((pack) => BATCH % pack === 0);
const SEEDS = [1, 8];

const between = (low, high) => (value) => typeof value === "number" && value >= low && value <= high;
const whole = (low, high) => (value) => Number.isInteger(value) && between(low, high)(value);
const among = (options) => (value) => options.includes(value);

/** Every setting, with what may be chosen. Those in FRESH begin a run anew; others work from the next step. */
const ALLOWED = {
  target: among(Object.keys(TARGETS)), objective: among(Object.keys(GAMES)),
  lr_d: between(1e-5, 1), lr_g: between(1e-5, 1), n_critic: whole(1, 10),
  gp_weight: between(1e-3, 1e2), clip: between(1e-3, 1), pack: among(PACKS),
  collapsed: among([true, false]), seed: whole(0, 9999), seeds: among(SEEDS),
  points: (points) =>
    Array.isArray(points) && points.length <= MOST && points.every((p) => Array.isArray(p) && p.length === 2 && p.every(between(-3, 3))),
};
const FRESH = ["target", "objective", "pack", "collapsed", "seed", "seeds", "points"];

/** Set-ups worth trying, from which every other setting returns to its start. */
const PLAIN = {
  objective: "non_saturating", lr_d: 1e-3, lr_g: 1e-3, n_critic: 5, gp_weight: 0.1, clip: 0.1, pack: 1, collapsed: true,
};
const PRESETS = {
  "Collapse": PLAIN,
  "WGAN-GP": { ...PLAIN, objective: "wgan_gp" },
  "R1": { ...PLAIN, objective: "r1", gp_weight: 0.3 },
  "Packs of 4": { ...PLAIN, pack: 4 },
  "Plain start, 1 D step": { ...PLAIN, objective: "minimax", n_critic: 1, collapsed: false },
  "Slow D": { ...PLAIN, lr_d: 2e-4, lr_g: 2e-3, n_critic: 1, collapsed: false },
};

/** The settings as the end of a link, "#lab&objective=hinge&…"; points as "x,y;x,y". */
function toHash(model) {
  const pairs = Object.keys(ALLOWED)
    .filter((name) => name !== "points" || model.get("target") === "own")
    .map((name) => {
      const value = model.get(name);
      return `${name}=${name === "points" ? value.map((point) => point.join()).join(";") : value}`;
    });
  return `#lab&${pairs.join("&")}`;
}

/** The settings in the end of a link; what is unknown or out of range stays out. Null for another's link. */
function fromHash(hash) {
  const [first, ...pairs] = decodeURIComponent(hash).split("&");
  if (first !== "#lab") return null;
  const read = (name, text) => {
    if (name === "points") return text ? text.split(";").map((point) => point.split(",").map(Number)) : [];
    if (text === "true" || text === "false") return text === "true";
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  };
  const found = pairs.map((pair) => pair.split("=")).map(([name, text = ""]) => [name, read(name, text)]);
  return Object.fromEntries(found.filter(([name, value]) => Object.hasOwn(ALLOWED, name) && ALLOWED[name](value)));
}
