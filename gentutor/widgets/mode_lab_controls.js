// The controls of the mode-collapse lab.

/** A labelled select of {option: words}. */
function select(label, options, onChoose) {
  const id = uniqueId();
  const input = html("select", { id }, ...Object.entries(options).map(([value, words]) => html("option", { value }, words)));
  input.addEventListener("change", () => onChoose(input.value));
  const element = html("div", { class: "gx-lab-pick" }, html("label", { for: id }, label), input);
  return { element, input, show: (value) => (input.value = value) };
}

/**
 * All controls. `save(changes)` writes settings; `press` has `train`, `again`, `step(what)` and
 * `slow`. Returns the element and `show({running, slow, blocked})`, which brings it up to date.
 */
function labControls(model, save, press) {
  const button = (text, act, name = "") => {
    const made = html("button", { type: "button", class: "gx-press" }, text);
    if (name) made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    return made;
  };
  const train = button("Train", press.train);
  const again = button("Start again", press.again);
  const steps = [
    button("D", () => press.step("D"), "Step D once"),
    button("G", () => press.step("G"), "Step G once"),
    button("Both", () => press.step("both"), "Step both: D's steps, then G"),
  ];
  const slow = button("Slow motion", press.slow);

  const picks = {
    target: select("Data", TARGETS, (value) => save({ target: value })),
    objective: select("Objective", GAMES, (value) => save({ objective: value })),
    pack: select("D judges", Object.fromEntries(PACKS.map((m) => [m, m === 1 ? "single samples" : `packs of ${m}`])), (value) =>
      save({ pack: Number(value) }),
    ),
    collapsed: select("G starts", { true: "collapsed", false: "spread out" }, (value) => save({ collapsed: value === "true" })),
    seeds: select("Runs", { 1: "one seed", 8: "eight seeds" }, (value) => save({ seeds: Number(value) })),
  };
  const seed = html("input", { type: "number", min: 0, max: 9999, step: 1, inputmode: "numeric", id: uniqueId() });
  seed.addEventListener("change", () => {
    if (seed.value !== "" && ALLOWED.seed(Number(seed.value))) save({ seed: Number(seed.value) });
    else seed.value = model.get("seed");
  });
  const seedPick = html("div", { class: "gx-lab-pick" }, html("label", { for: seed.id }, "Seed"), seed);

  const log = (label, name, low, high) =>
    slider({
      label, min: low, max: high, step: 0.05, text: (at) => brief(10 ** at),
      onInput: (at) => save({ [name]: Number((10 ** at).toPrecision(3)) }),
    });
  const rates = { lr_d: log("D’s learning rate", "lr_d", -5, 0), lr_g: log("G’s learning rate", "lr_g", -5, 0) };
  const rounds = slider({
    label: "D steps", min: 1, max: 10, step: 1, text: String, onInput: (value) => save({ n_critic: value }),
  });
  const weights = { gp_weight: log("λ, penalty", "gp_weight", -3, 2), clip: log("c, clipping", "clip", -3, 0) };
  const presets = Object.entries(PRESETS).map(([name, settings]) => button(name, () => save(settings), `Settings: ${name}`));
  const link = html("a", { href: "#lab" }, "Link to these settings");

  const words = html("span", { class: "gx-lab-summary" });
  const settings = html(
    "details",
    { class: "gx-lab-settings", ...(innerWidth > 600 ? { open: "" } : {}) },
    html("summary", {}, html("b", {}, "Settings"), words),
    html("div", { class: "gx-lab-picks" }, ...Object.values(picks).map((pick) => pick.element), seedPick),
    html("div", { class: "gx-lab-sliders" }, ...[...Object.values(rates), rounds, ...Object.values(weights)].map((each) => each.element)),
    link,
  );
  const single = html("span", { class: "gx-lab-steps", role: "group", "aria-label": "Single steps" }, "Step ", ...steps);
  const element = html(
    "div",
    { class: "gx-controls gx-lab-controls" },
    html("div", { class: "gx-row gx-lab-presses" }, train, again, single, slow),
    html("div", { class: "gx-row gx-lab-presets", role: "group", "aria-label": "Settings to try" }, html("span", {}, "Try"), ...presets),
    settings,
  );

  function show({ running, slow: slowly, blocked }) {
    const game = model.get("objective");
    train.textContent = running ? "Pause" : "Train";
    for (const press of [train, again, ...steps]) press.disabled = blocked;
    slow.setAttribute("aria-pressed", slowly);
    for (const [name, { show: put }] of Object.entries(picks)) put(String(model.get(name)));
    seed.value = model.get("seed");
    for (const [name, { show: put }] of [...Object.entries(rates), ...Object.entries(weights)]) put(Math.log10(model.get(name)));
    rounds.show(model.get("n_critic"));
    weights.gp_weight.element.hidden = !PENALISED.includes(game);
    weights.clip.element.hidden = game !== "wgan_clip";
    link.setAttribute("href", toHash(model));
    words.textContent = `: ${labSummary(model)}`;
  }
  return { element, show };
}
