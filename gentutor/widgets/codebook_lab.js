function render({ model, el }) {
  const { points } = readArrays(model);
  const count = points.shape[0];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const save = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  let book = null;
  let timer = 0;
  let onScreen = false;

  const button = (text, press) => {
    const made = html("button", { type: "button", class: "gx-press" }, text);
    made.addEventListener("click", press);
    return made;
  };
  const train = button("Train", () => save("running", !model.get("running")));
  const once = button("One step", () => {
    advance(1);
    draw();
  });
  const again = button("Start again", () => restart());
  const codes = slider({ label: "K, entries", min: 2, max: 32, step: 1, text: String, onInput: (k) => save("codes", k) });
  const beta = slider({
    label: "β, commitment", min: 0, max: 2, step: 0.05, text: brief, onInput: (value) => save("beta", value),
  });
  const box = (name, text) => {
    const input = html("input", { type: "checkbox" });
    input.addEventListener("change", () => save(name, input.checked));
    return { input, element: html("label", {}, input, ` ${text}`) };
  };
  const ema = box("ema", "running means (EMA)");
  const resets = box("resets", "reset dead entries");
  const numbers = readout(["Step", "Perplexity", "Dead entries", "Error"]);
  numbers.element.removeAttribute("role"); // they change too fast to be read aloud
  const say = html("p", { class: "gx-say", role: "status" });
  const canvas = html("canvas", { class: "gx-codebook", role: "img" });
  const bars = html("canvas", { class: "gx-codebook-use", role: "img" });
  const root = frame(
    el,
    model,
    "Explorable: a codebook that learns",
    html(
      "div",
      { class: "gx-controls" },
      html("div", { class: "gx-row" }, train, once, again),
      html("div", { class: "gx-row" }, ema.element, resets.element),
      codes.element,
      beta.element,
    ),
    numbers.element,
    say,
    html("div", { class: "gx-panels" }, panel("Points, entries and their cells", canvas), panel("How often each entry is chosen", bars)),
  );

  function restart() {
    book = makeCodebook({ x: points, k: model.get("codes"), seed: model.get("seed") });
    draw();
  }
  function advance(steps) {
    const settings = { beta: model.get("beta"), ema: model.get("ema"), resets: model.get("resets") };
    for (let i = 0; i < steps; i++) book.train(settings);
  }
  function drive() {
    const wanted = model.get("running") && onScreen && !document.hidden;
    if (wanted && !timer) {
      timer = setInterval(() => {
        advance(still ? 40 : 2);
        draw();
      }, still ? 1000 : 50);
    } else if (!wanted && timer) timer = clearInterval(timer) ?? 0;
    controls();
  }
  function controls() {
    train.textContent = model.get("running") ? "Pause" : "Train";
    codes.show(model.get("codes"));
    beta.show(model.get("beta"));
    ema.input.checked = model.get("ema");
    resets.input.checked = model.get("resets");
  }

  // Pictures --------------------------------------------------------------------------------
  const reachX = points.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * 1.35;
  const swatch = html("span", { hidden: "" });
  root.append(swatch);
  /** A theme colour as the browser resolves it: a canvas does not understand light-dark(). */
  function colour(name) {
    swatch.style.color = `var(${name})`;
    return getComputedStyle(swatch).color;
  }
  const hue = (j) => Math.round((360 * j * 0.618) % 360);
  function draw() {
    if (!canvas.getContext) return;
    const seen = book.look();
    const [real, encoder, entry, dead, ground] = ["real", "encoder", "generator", "fake", "background"].map(
      (role) => colour(`--gx-${role}`),
    );
    const side = 360;
    if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
    const context = canvas.getContext("2d");
    const place = (value) => ((value / reachX + 1) * side) / 2;
    context.clearRect(0, 0, side, side);
    const cell = 6;
    context.globalAlpha = 0.22;
    for (let py = 0; py < side; py += cell) {
      for (let px = 0; px < side; px += cell) {
        const a = ((2 * (px + cell / 2)) / side - 1) * reachX;
        const b = (1 - (2 * (py + cell / 2)) / side) * reachX;
        context.fillStyle = `hsl(${hue(book.nearest(a, b))} 75% 50%)`;
        context.fillRect(px, py, cell, cell);
      }
    }
    context.globalAlpha = 0.5;
    context.fillStyle = real;
    for (let i = 0; i < count; i++) context.fillRect(place(points[2 * i]) - 1.2, side - place(points[2 * i + 1]) - 1.2, 2.4, 2.4);
    context.globalAlpha = 0.7;
    context.fillStyle = encoder;
    for (let i = 0; i < count; i++) context.fillRect(place(book.z[2 * i]) - 1.5, side - place(book.z[2 * i + 1]) - 1.5, 3, 3);
    context.globalAlpha = 1;
    for (let j = 0; j < seen.use.length; j++) {
      context.beginPath();
      context.arc(place(book.entries[2 * j]), side - place(book.entries[2 * j + 1]), 6, 0, 7);
      context.fillStyle = seen.use[j] ? entry : ground;
      context.strokeStyle = seen.use[j] ? ground : dead;
      context.lineWidth = 2;
      context.fill();
      context.stroke();
    }
    const used = seen.use.length - seen.dead;
    canvas.setAttribute("aria-label", `${count} points, ${used} entries in use and ${seen.dead} dead at step ${seen.step}`);
    drawUse(seen.use, entry);
    numbers.show({
      Step: String(seen.step),
      Perplexity: `${fixed(seen.perplexity, 1)} of ${seen.use.length}`,
      "Dead entries": String(seen.dead),
      Error: fixed(seen.error, 3),
    });
    speak(seen);
  }
  function drawUse(use, entry) {
    const [width, height] = [360, 200];
    if (bars.width !== width) Object.assign(bars, { width, height });
    const context = bars.getContext("2d");
    context.clearRect(0, 0, width, height);
    const sorted = Array.from(use).sort((a, b) => b - a);
    const wide = width / sorted.length;
    sorted.forEach((n, j) => {
      const tall = Math.max(n ? 2 : 0, (n / sorted[0]) * (height - 22));
      context.fillStyle = entry;
      context.fillRect(j * wide + 1, height - tall, Math.max(1, wide - 2), tall);
    });
    context.fillStyle = colour("--gx-text");
    context.font = "13px system-ui, sans-serif";
    context.fillText(`most: ${fixed((100 * sorted[0]) / count, 0)} % of the points`, 4, 13);
    bars.setAttribute("aria-label", `The most used entry has ${fixed((100 * sorted[0]) / count, 0)} percent of the points`);
  }

  let told = "";
  let speaking = 0;
  function speak(seen) {
    const text = sentence(seen);
    if (text === told) return;
    told = text;
    clearTimeout(speaking);
    speaking = setTimeout(() => (say.textContent = told), 400);
  }
  function sentence({ step, dead, use, reach }) {
    if (!step) return "Nothing runs until you press Train. All entries start in the middle.";
    if (dead > use.length / 3) return `Collapse: ${dead} of ${use.length} entries are dead. They are nearest to no vector, so nothing moves them.`;
    if (dead) return `${dead} of ${use.length} entries are dead.`;
    if (model.get("beta") < 0.15 && reach > 0.2) return "Every entry is in use, but without commitment the vectors drift away from them.";
    return "Every entry is in use.";
  }

  const listeners = {
    "change:running": drive,
    "change:codes": () => {
      controls();
      restart();
    },
    "change:seed": restart,
    ...Object.fromEntries(["beta", "ema", "resets"].map((name) => [`change:${name}`, controls])),
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
    onScreen = isIntersecting;
    if (isIntersecting) draw(); // before it stands in the page it has no colours
    drive();
  });
  watcher.observe(root);
  document.addEventListener("visibilitychange", drive);
  const theme = new MutationObserver(() => draw());
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  if (model.get("running")) save("running", false); // it never starts by itself
  controls();
  restart();

  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    document.removeEventListener("visibilitychange", drive);
    watcher.disconnect();
    theme.disconnect();
    clearInterval(timer);
    clearTimeout(speaking);
  };
}

export default { render };
