const ACTIVE = 0.01; // nats: a dimension below this carries nothing

const grouped = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");

function render({ model, el }) {
  if (!document.createElement("canvas").getContext?.("2d")) {
    const worker = typeof Worker === "undefined" ? " and no worker" : "";
    throw new Error(`this browser has no canvas${worker}`);
  }
  const { images, shown } = readArrays(model);
  const { latents, ...widths } = model.get("network");
  const side = images.shape[1];
  const pixels = side * side;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const save = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  let id = 0; // of the run: reports of an earlier one are dropped
  let history = [];
  let last = null;
  let failure = "";
  let place = null;
  let told = false; // what the place was told last: to train, or not
  let onScreen = false;

  // Controls --------------------------------------------------------------------------------
  const button = (text, press) => {
    const made = html("button", { type: "button", class: "gx-press" }, text);
    made.addEventListener("click", press);
    return made;
  };
  const train = button("Train", () => save("running", !model.get("running")));
  const again = button("Start again", () => restart());
  const seed = html("input", { type: "number", min: 0, max: 9999, step: 1, inputmode: "numeric" });
  seed.addEventListener("change", () => {
    const value = Number(seed.value);
    if (seed.value !== "" && Number.isInteger(value) && value >= 0 && value <= 9999) save("seed", value);
    else seed.value = model.get("seed");
  });
  const log = (label, name, low, high, text) =>
    slider({
      label, min: low, max: high, step: 0.05, text: (at) => text(10 ** at),
      onInput: (at) => save(name, Number((10 ** at).toPrecision(3))),
    });
  const beta = log("β", "beta", -2, 2, (value) => brief(value));
  const variance = log("σ²", "variance", -3, 0, (value) => brief(value));
  const varianceInput = variance.element.querySelector("input");
  const kept = () => Number((10 ** Number(varianceInput.value)).toPrecision(3));
  const learnt = html("input", { type: "checkbox" });
  learnt.addEventListener("change", () => save("variance", learnt.checked ? null : kept()));
  const reductions = [
    ["reconstruction_reduction", "Reconstruction", pixels],
    ["kl_reduction", "KL", latents],
  ].map(([name, label, count]) => [
    name,
    choice(label, { sum: "sum", mean: `mean (÷ ${count})` }, (way) => save(name, way)),
  ]);

  // Pictures --------------------------------------------------------------------------------
  const pairs = digits({ columns: shown.shape[0], side });
  const sampled = digits({ columns: 8, side });
  const bars = html("div", { class: "gx-drawn" });
  const curves = html("div", { class: "gx-drawn" });
  const line = (name) => svg("line", { class: name, x1: 0, y1: 6, x2: 24, y2: 6 });
  const numbers = ["Step", "β weighs like", "Reconstruction", "KL", "ELBO"].map((name) => [name, html("dd")]);
  const list = html("dl", {}, ...numbers.map(([name, cell]) => html("div", {}, html("dt", {}, name), cell)));
  const say = html("p", { class: "gx-say", role: "status" });
  const root = frame(
    el,
    model,
    "Explorable: a VAE in training",
    html(
      "div",
      { class: "gx-controls gx-vae-controls" },
      html("div", { class: "gx-row" }, train, again, html("label", { class: "gx-seed" }, "Seed ", seed)),
      html("div", { class: "gx-group" }, beta.element, html("div", { class: "gx-vae-variance" }, variance.element, html("label", {}, learnt, " learnt"))),
      html("div", { class: "gx-group" }, ...reductions.map(([, { element }]) => element)),
    ),
    html("div", { class: "gx-readout" }, list),
    say,
    html(
      "div",
      { class: "gx-panels" },
      html(
        "div",
        {},
        panel("Test digits and reconstructions", pairs.element),
        panel("Samples from the prior", sampled.element),
      ),
      html(
        "div",
        { class: "gx-vae-plots" },
        panel("KL of each dimension", bars),
        panel(
          "While it trains",
          curves,
          legend([line("gx-vae-nll"), "reconstruction"], [line("gx-vae-kl"), "KL"]),
        ),
      ),
    ),
  );

  // The run ---------------------------------------------------------------------------------
  const settings = () => ({
    beta: model.get("beta"),
    rate: model.get("learning_rate"),
    variance: model.get("variance"),
    means: { reconstruction: model.get("reconstruction_reduction") === "mean", kl: model.get("kl_reduction") === "mean" },
  });
  const weight = () => {
    const { beta, means } = settings();
    return (beta * (means.reconstruction ? pixels : 1)) / (means.kl ? latents : 1);
  };

  function restart() {
    id++;
    history = [];
    last = null;
    failure = "";
    told = false;
    const create = { images, shown, pixels, latents, ...widths, seed: model.get("seed"), settings: settings() };
    const bytes = Uint8Array.from(atob(PRODUCTS), (character) => character.charCodeAt(0));
    place ??= openRuns([...ENGINE, makeVae], makeVaeRun, hear, fail);
    place.send({ create, bytes, id, interval: still ? 1000 : 70 });
    drive();
  }
  function drive() {
    const wanted = model.get("running") && onScreen && !document.hidden && !failure;
    if (place && wanted !== told) place.send({ train: (told = wanted) });
    controls();
  }
  function hear(said) {
    if (said.id !== id) return;
    last = said;
    if (said.nll !== undefined && said.step !== history.at(-1)?.step) {
      history.push({ step: said.step, nll: said.nll, kl: said.kl.reduce((sum, value) => sum + value, 0) });
      if (history.length > 400) history = history.filter((_, i) => i % 2 || i === history.length - 1);
    }
    if (!said.finite) fail(`the loss was no longer finite at step ${grouped(said.step)}`);
    draw();
    tellStep();
  }
  function fail(why) {
    failure = `Training stopped: ${why}. Press Start again for the first weights of seed ${model.get("seed")}.`;
    told = false;
    save("running", false);
    controls();
  }

  // Showing ---------------------------------------------------------------------------------
  function controls() {
    const running = model.get("running");
    const fixedVariance = model.get("variance");
    train.textContent = running ? "Pause" : "Train";
    seed.value = model.get("seed");
    beta.show(Math.log10(model.get("beta")));
    learnt.checked = fixedVariance === null;
    varianceInput.disabled = fixedVariance === null;
    variance.show(Math.log10(fixedVariance ?? last?.variance ?? 1));
    reductions.forEach(([name, { show }]) => show(model.get(name)));
    put({ "β weighs like": brief(weight()) });
    speak();
  }
  function put(texts) {
    for (const [name, cell] of numbers) if (name in texts) cell.textContent = texts[name];
  }
  function draw() {
    const { step, variance: value, reconstructions, samples, nll, kl } = last;
    const rate = kl && history.at(-1).kl;
    const nats = (number) => (Number.isFinite(number) ? `${fixed(number, 1)} nats` : "–");
    put({ Step: grouped(step), Reconstruction: nats(nll), KL: nats(rate), ELBO: nats(-(nll + rate)) });
    if (model.get("variance") === null) variance.show(Math.log10(value));
    const both = new Uint8Array(2 * shown.length);
    both.set(shown);
    both.set(reconstructions, shown.length);
    pairs.draw(both, `${shown.shape[0]} test digits, and their reconstructions at step ${grouped(step)}`);
    sampled.draw(samples, `16 samples from the prior at step ${grouped(step)}`);
    drawBars(bars, kl ?? new Float32Array(latents));
    drawCurves(curves, history);
    speak();
  }

  let speaking = 0;
  let next = "";
  function speak() {
    if (sentence() === next) return;
    next = sentence();
    clearTimeout(speaking);
    speaking = setTimeout(() => (say.textContent = next), 400);
  }
  function sentence() {
    if (failure) return failure;
    const running = model.get("running");
    if (!last?.step && !running) return "Nothing runs until you press Train.";
    const without = [place?.where() === "page" && "a worker", last?.engine === "JavaScript" && "WebAssembly"].filter(Boolean);
    const how = without.length ? `Training without ${without.join(" and ")}, which is slower.` : "Training.";
    const { beta, means } = settings();
    const over = [means.reconstruction && `over ${pixels} pixels`, means.kl && `over ${latents} dimensions`].filter(Boolean);
    const mean = over.length > 1 ? "means" : "mean";
    const makes = over.length > 1 ? "make" : "makes";
    const why = over.length && `The ${mean} ${over.join(" and ")} ${makes} β = ${brief(beta)} weigh like ${brief(weight())}.`;
    const collapsed = last?.step > 100 && last.kl.every((value) => value < ACTIVE);
    const what = collapsed && `Collapse: every dimension is below ${ACTIVE} nats, all digits get one reconstruction.`;
    return [running ? how : `Paused at step ${grouped(last.step)}.`, why, what].filter(Boolean).join(" ");
  }
  let toldStep = 0;
  function tellStep() {
    if (last.training && performance.now() - toldStep < 1000) return;
    toldStep = performance.now();
    save("step", last.step);
  }

  // Listening -------------------------------------------------------------------------------
  const listeners = {
    "change:running": () => (model.get("running") && failure ? restart() : drive()),
    "change:seed": restart,
    ...Object.fromEntries(
      ["beta", "variance", "learning_rate", "reconstruction_reduction", "kl_reduction"].map((name) => [
        `change:${name}`,
        () => {
          place?.send({ set: settings() });
          controls();
        },
      ]),
    ),
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
    onScreen = isIntersecting;
    if (onScreen && !place) restart();
    else drive();
  });
  watcher.observe(root);
  document.addEventListener("visibilitychange", drive);
  const sizes = new ResizeObserver(() => last && draw());
  sizes.observe(bars);
  if (model.get("running")) save("running", false); // it never starts by itself
  controls();

  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    document.removeEventListener("visibilitychange", drive);
    watcher.disconnect();
    sizes.disconnect();
    clearTimeout(speaking);
    place?.stop();
  };
}

export default { render };
