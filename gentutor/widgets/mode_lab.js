const REST = { latents: 2, hidden: [32, 32], batch: BATCH, side: 48, shown: 384, tested: 2500 };

function render({ model, el }) {
  if (!document.createElement("canvas").getContext?.("2d")) {
    const worker = typeof Worker === "undefined" ? " and no worker" : "";
    throw new Error(`this browser has no canvas${worker}`);
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const read = (...names) => Object.fromEntries(names.map((name) => [name, model.get(name)]));

  let id = 0; // of the run: reports of an earlier one are dropped
  let histories = [];
  let last = null;
  let failure = "";
  let place = null;
  let told = false; // what the place was told last: to train, or not
  let onScreen = false;
  let slow = false;
  let [timer, selected, charted] = [0, 0, 0];
  let target = null;
  let data = null; // to be shown behind the samples

  // Settings --------------------------------------------------------------------------------
  function tell() {
    try {
      model.save_changes();
    } catch {
      // no kernel any more: the lab goes on here
    }
  }
  let saving = false; // so that one change of many settings is followed once
  function save(changes) {
    saving = true;
    const differ = ([name, value]) => JSON.stringify(model.get(name)) !== JSON.stringify(value);
    const changed = Object.entries(changes).filter(differ);
    for (const [name, value] of changed) model.set(name, value);
    saving = false;
    tell();
    follow(changed.map(([name]) => name));
  }
  /** Settings have changed, here or in Python. */
  function follow(names) {
    if (!names.some((name) => name in ALLOWED)) return;
    const own = model.get("target") === "own";
    if (names.some((name) => FRESH.includes(name) && (name !== "points" || own))) restart();
    else if (place) place.send({ set: read("lr_d", "lr_g", "n_critic", "gp_weight", "clip") });
    controls();
  }
  const blocked = () => model.get("target") === "own" && model.get("points").length < FEWEST;

  // Elements --------------------------------------------------------------------------------
  const panelOf = labControls(model, save, {
    train: () => save({ running: !model.get("running") }),
    again: () => restart(),
    step(what) {
      if (failure) restart();
      save({ running: false });
      place?.send({ step: what });
    },
    slow() {
      slow = !slow;
      drive();
    },
  });
  const phase = labPhase(model, save);
  const inPage = el.closest("figure.explorable");
  const python = labPython(model, Boolean(inPage), () => themeColours(root, ["real", "fake"]));
  const plane = square({ tabindex: -1, role: "img", "aria-label": "No samples yet" });
  const cursor = drawnByHand(plane.canvas, {
    on: () => model.get("target") === "own",
    points: () => model.get("points"),
    put: (points) => save({ points }),
    moved: () => draw(),
  });
  const charts = labCharts();
  const multiples = labMultiples((r) => {
    selected = r;
    place?.send({ set: { selected } });
    if (!told) place?.send({ train: false }); // so that it reports
    draw();
  });
  const numbers = ["Step of G", "Modes covered", "Good samples", "Reverse KL", "Verdict"].map((name) => [name, html("dd")]);
  const list = html("dl", {}, ...numbers.map(([name, cell]) => html("div", {}, html("dt", {}, name), cell)));
  const say = html("p", { class: "gx-say", role: "status" });
  const swatch = (name) => svg("rect", { class: name, x: 6, y: 1, width: 11, height: 10 });
  const keys = legend([swatch("gx-lab-real"), "data"], [swatch("gx-lab-fake"), "samples"], [swatch("gx-lab-shade"), ""]);
  const shades = keys.lastChild.lastChild;
  const root = frame(
    el,
    model,
    "Explorable: mode-collapse lab",
    panelOf.element,
    html(
      "div",
      { class: "gx-panels gx-lab-panels" },
      html("div", {}, plane.canvas, keys, html("div", { class: "gx-readout" }, list), say),
      charts.element,
    ),
    multiples.element,
    python.element,
    phase.element,
  );

  // The run ---------------------------------------------------------------------------------
  function restart() {
    id++;
    last = null;
    failure = "";
    told = false;
    selected = 0;
    const seeds = Array.from({ length: model.get("seeds") }, (_, i) => model.get("seed") + i);
    histories = seeds.map(() => []);
    const own = model.get("points");
    if (blocked()) {
      target = { ...ganTarget("ring"), places: new Float64Array(own.flat()), parts: [], modes: FEWEST, view: [0, 0, 3] };
      data = [];
      place?.send({ train: false });
      if (model.get("running")) save({ running: false });
      controls();
      return draw();
    }
    target = ganTarget(model.get("target"), own);
    data = drawnFrom(target, 500);
    const create = {
      ...REST, ...read("pack", "objective", "collapsed"), seeds, target: [model.get("target"), own],
      tested: seeds.length > 1 ? 1000 : REST.tested,
      settings: { ...read("lr_d", "lr_g", "n_critic", "gp_weight", "clip"), selected },
    };
    const bytes = Uint8Array.from(atob(PRODUCTS), (character) => character.charCodeAt(0));
    place ??= openRuns([...ENGINE, ganObjective, makeGan, ganTarget, countModes], makeGanRun, hear, fail);
    place.send({ create, bytes, id, interval: still ? 1000 : seeds.length > 1 ? 250 : 60 });
    drive();
  }
  function drive() {
    const wanted = model.get("running") && onScreen && !document.hidden && !failure && !blocked();
    clearInterval(timer);
    if (wanted && slow) timer = setInterval(() => place.send({ step: "next" }), still ? 1500 : 450);
    const fast = wanted && !slow;
    if (place && fast !== told) place.send({ train: (told = fast) });
    controls();
  }
  function hear(said) {
    if (said.id !== id || blocked()) return;
    last = said;
    last.runs = readRuns(said, model.get("seed"), target, histories);
    if (!said.finite) fail(allDiverged(last.runs));
    draw();
    tellStep();
  }
  function fail(why) {
    failure = `Training stopped: ${why}. Lower a learning rate, or press Start again.`;
    told = false;
    clearInterval(timer);
    save({ running: false });
    controls();
  }

  // Showing ---------------------------------------------------------------------------------
  function controls() {
    panelOf.show({ running: model.get("running"), slow, blocked: blocked() });
    phase.show();
    const own = model.get("target") === "own";
    plane.canvas.setAttribute("tabindex", own ? 0 : -1);
    plane.canvas.setAttribute("role", own ? "application" : "img");
    plane.canvas.classList.toggle("gx-lab-own", own);
    speak();
  }
  function draw() {
    if (!target) return;
    const colours = themeColours(root, ["real", "fake", "generator", "critic", "text"]);
    const drawn = plane.begin(target.view);
    const run = last?.runs[selected];
    if (last) {
      const logits = LOGISTIC.includes(model.get("objective"));
      const [low, high] = shade(drawn, last.surface, colours.critic, logits);
      shades.textContent = logits ? " D(x), darkest at 1" : ` D’s answer, ${brief(low)} to ${brief(high)}`;
    }
    dots(drawn, data, rgba(colours.real, 0.55), 2);
    if (target.parts.length === target.modes || !target.parts.length) crosses(drawn, target.places, rgba(colours.text, 0.8));
    if (last) {
      const { points } = last.runs[last.selected];
      dots(drawn, points, rgba(colours.fake, 0.85), 3);
      if (!told) arrows(drawn, points, last.pushes, rgba(colours.generator, 0.9));
    }
    const own = model.get("target") === "own";
    if (own && document.activeElement === plane.canvas) {
      const [x, y] = cursor();
      drawn.context.strokeStyle = rgba(colours.text, 1);
      drawn.context.strokeRect(drawn.X(x) - 7, drawn.Y(y) - 7, 14, 14);
    }
    plane.canvas.setAttribute("aria-label", planeName(own && { count: model.get("points").length, at: cursor() }, run));
    labNumbers(run).forEach((text, i) => (numbers[i][1].textContent = text));
    multiples.draw(last?.runs ?? [], selected, target, target.parts.length === target.modes ? target.places : [], colours);
    if (!told || performance.now() - charted > 240) {
      charted = performance.now();
      phase.live(last?.runs ?? [], selected);
      charts.draw(histories, selected, target.modes);
    }
    speak();
  }

  let [speaking, next] = [0, ""];
  function speak() {
    if (sentence() === next) return;
    next = sentence();
    clearTimeout(speaking);
    speaking = setTimeout(() => (say.textContent = next), 400);
  }
  const sentence = () =>
    labSentence({
      count: model.get("points").length, blocked: blocked(), failure, running: model.get("running"), slow,
      where: place?.where(), last, run: last?.runs[selected],
    });
  let toldStep = 0;
  function tellStep() {
    if (last.training && performance.now() - toldStep < 1000) return;
    toldStep = performance.now();
    model.set("step", last.step);
    tell();
  }

  // Listening -------------------------------------------------------------------------------
  const listeners = Object.fromEntries(Object.keys(ALLOWED).map((name) => [`change:${name}`, () => saving || follow([name])]));
  listeners["change:running"] = () => (model.get("running") && failure ? restart() : drive());
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
    onScreen = isIntersecting;
    if (onScreen && !place) restart();
    else drive();
  });
  watcher.observe(root);
  if (!inPage) root.querySelector(".gx-lab-settings a").remove(); // a notebook has no use for its address
  const linked = () => {
    const found = inPage && fromHash(location.hash);
    if (!found) return;
    save(found);
    inPage.scrollIntoView({ block: "nearest" });
  };
  addEventListener("hashchange", linked);
  document.addEventListener("visibilitychange", drive);
  const theme = new MutationObserver(() => (draw(), python.draw()));
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const sizes = new ResizeObserver(() => draw());
  sizes.observe(plane.canvas);
  if (model.get("running")) save({ running: false }); // it never starts by itself
  linked();
  controls();

  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    removeEventListener("hashchange", linked);
    document.removeEventListener("visibilitychange", drive);
    for (const observer of [watcher, theme, sizes]) observer.disconnect();
    clearTimeout(speaking);
    clearInterval(timer);
    place?.stop();
    python.stop();
  };
}

export default { render };
