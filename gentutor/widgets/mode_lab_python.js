// The same settings trained by the package, in the notebook's kernel; what it says, and its silence.

const BEAT = 5000; // ms between two calls to the kernel
const PATIENCE = 12000; // ms without an answer after which it counts as not connected
const SILENT = "Not connected to Python: its kernel has stopped, or is busy with another cell. The lab goes on here, in the browser.";

/** What the panel says: of the kernel, the request and the last report. */
function pythonSentence({ silent, status, reply }) {
  if (silent) return SILENT;
  const { step = 0, steps = 0, diverged = {} } = reply;
  const lost = Object.entries(diverged).map(([seed, at]) => ` Seed ${seed} diverged at step ${grouped(at)}.`).join("");
  if (status === "asked") return "Asked Python to train.";
  if (status === "training") return step ? `Python trains: step ${grouped(step)} of ${grouped(steps)}.${lost}` : "Python trains.";
  if (status === "done") return `Python is done: ${grouped(step)} steps of G.${lost}`;
  if (status === "interrupted") return `Python was interrupted at step ${grouped(step)}.${lost}`;
  if (status) return `Python refused: ${status}.`;
  return "Connected to Python, which trains these settings with train_gans. Interrupt the kernel to stop it.";
}

/** Counts, coverage and samples of each run of a report, as the page makes them of its own. */
function pythonRuns({ x, runs, seeds }, target) {
  const floats = new Float32Array(x.buffer.slice(x.byteOffset, x.byteOffset + x.byteLength));
  const each = floats.length / runs;
  return seeds.map((seed, r) => {
    const points = floats.subarray(r * each, (r + 1) * each);
    return { seed, modes: target.modes, points: points.subarray(0, 768), ...coverageOf(...countModes(target, points, each / 2)) };
  });
}

/** The panel of a lab that Python drives; hidden elsewhere. `colours()` gives the theme's. */
function labPython(model, inPage, colours) {
  const press = html("button", { type: "button", class: "gx-press" }, "Train in Python");
  const say = html("p", { class: "gx-say", role: "status" });
  const cells = html("div", { class: "gx-lab-cells" });
  const element = html("div", { class: "gx-lab-python", hidden: "" }, html("div", { class: "gx-row" }, press), say, cells);
  let [heard, asked, silent, target] = [Date.now(), "", false, null];
  const hear = () => {
    heard = Date.now();
    silent = false;
  };
  const send = (act) => {
    try {
      act();
    } catch {
      silent = true; // the channel is closed
    }
    show();
  };
  const beat = () =>
    send(() => {
      silent ||= Date.now() - heard > PATIENCE;
      model.send({ beat: Date.now() });
    });

  press.addEventListener("click", () =>
    send(() => {
      asked = "asked";
      cells.replaceChildren();
      target = ganTarget(model.get("target"), model.get("points"));
      model.set("request", model.get("request") + 1);
      model.save_changes();
    }),
  );
  function show() {
    element.hidden = inPage || !model.get("driven");
    const text = pythonSentence({ silent, status: asked || model.get("status"), reply: asked ? {} : model.get("reply") });
    if (say.textContent !== text) say.textContent = text;
  }
  function draw() {
    const reply = model.get("reply");
    if (!reply.x) return;
    target ??= ganTarget(model.get("target"), model.get("points"));
    const { real, fake } = colours();
    const runs = pythonRuns(reply, target);
    const planes = runs.map(() => square({ role: "presentation" }));
    cells.replaceChildren(
      ...runs.map(({ seed, m20, modes, verdict }, r) => {
        const words = `${seed}: ${m20} of ${modes}`;
        return html("div", { class: "gx-lab-cell" }, planes[r].canvas, html("span", {}, words), " ", html("span", {}, VERDICTS[verdict]));
      }),
    );
    runs.forEach(({ points }, r) => {
      const drawn = planes[r].begin(target.view);
      if (target.parts.length === target.modes) crosses(drawn, target.places, rgba(real, 0.5));
      dots(drawn, points, rgba(fake, 0.8), 2);
    });
  }
  const listeners = {
    "change:driven": () => (hear(), show()),
    "change:status": () => ((asked = ""), hear(), show()),
    "change:reply": () => (hear(), show(), draw()),
    "msg:custom": () => (hear(), show()),
    comm_live_update: () => {
      silent = true; // until it is heard again
      beat();
    },
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const timer = inPage ? 0 : setInterval(() => model.get("driven") && !document.hidden && beat(), BEAT);
  show();
  return {
    element,
    draw,
    stop() {
      clearInterval(timer);
      for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    },
  };
}
