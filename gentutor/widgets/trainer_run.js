// A run in the background: in a worker where one starts, else on the page in slices of 8 ms.

/**
 * Train in turns and answer messages: {create, bytes, id, interval}, {set},
 * {train: true or false}, {step}, which a run takes by itself. Posts `report()` with
 * `engine`, `training` and the run's `id` at most once in `interval` ms. `later(turn)` calls the next turn.
 */
function serveRuns(makeRun, { post, later, slice }) {
  let run = null;
  let id = 0;
  let name = "";
  let training = false;
  let interval = 70;
  let reported = 0;
  let waiting = false;

  function report() {
    reported = performance.now();
    const said = run.report();
    training &&= said.finite;
    post({ ...said, id, training, engine: name });
  }
  function turn() {
    waiting = false;
    if (!training) return;
    const end = performance.now() + slice;
    let goes = true;
    do goes = run.train();
    while (goes && performance.now() < end);
    if (!goes || performance.now() - reported >= interval) report();
    wake();
  }
  function wake() {
    if (waiting || !training) return;
    waiting = true;
    later(turn);
  }
  return (message) => {
    if (message.create) {
      const engine = makeEngine({ bytes: message.bytes });
      name = engine.name;
      run = makeRun(engine, message.create);
      ({ id, interval } = message);
      training = false;
      report();
    }
    if (message.set) run.set(message.set);
    if (message.step) {
      run.step(message.step);
      report();
    }
    if ("train" in message) {
      training = message.train;
      if (training) wake();
      else report();
    }
  };
}

/** What the worker's script does: turns follow each other through a channel, which no timer slows. */
function serveWorker(makeRun) {
  const channel = new MessageChannel();
  let next = null;
  channel.port1.onmessage = () => next();
  const later = (turn) => {
    next = turn;
    channel.port2.postMessage(0);
  };
  const post = (said) =>
    self.postMessage(said, Object.values(said).filter(ArrayBuffer.isView).map(({ buffer }) => buffer));
  const serve = serveRuns(makeRun, { post, later, slice: 15 });
  self.onmessage = ({ data }) => serve(data);
  self.postMessage({ ready: true });
}

/**
 * Start a place for runs. `parts` are the functions that `makeRun` needs;
 * `onReport` hears every report and `onFail` an error that ends the place. Returns `send(message)`,
 * `stop()` and `where()`: "worker" or "page".
 */
function openRuns(parts, makeRun, onReport, onFail) {
  let worker = null;
  let ready = false;
  let sent = []; // until the worker answers, so that the page can take over
  let frame = 0;
  let serve = null;

  function onPage() {
    worker?.terminate();
    worker = null;
    const later = (turn) => (frame = requestAnimationFrame(() => guarded(turn)));
    const answer = serveRuns(makeRun, { post: onReport, later, slice: 8 });
    serve = (message) => guarded(() => answer(message));
    sent.splice(0).forEach(serve);
  }
  function guarded(act) {
    try {
      act();
    } catch (error) {
      onFail(error.message);
    }
  }
  try {
    const functions = [...parts, makeRun, serveRuns, serveWorker];
    const text = `"use strict";\n${functions.join("\n")}\nserveWorker(${makeRun.name});`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    worker = new Worker(url);
    worker.onmessage = ({ data }) => {
      if (!ready) URL.revokeObjectURL(url);
      ready = true;
      sent = [];
      if (!data.ready) onReport(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (ready) onFail(event.message);
      else onPage();
    };
  } catch {
    onPage();
  }
  return {
    where: () => (worker ? "worker" : "page"),
    send(message) {
      if (!worker) return serve(message);
      if (!ready) sent.push(message);
      worker.postMessage(message);
    },
    stop() {
      worker?.terminate();
      cancelAnimationFrame(frame);
      serve = () => {};
    },
  };
}
