"""How fast the VAE trains in a page: steps and frames a second, and the time to readable digits.

The page is opened from a file in Chromium without a network, as the book's page is, with the book's
network (64-128-8, batch 128). Four ways take turns, so that a busy machine slows all of them: in
a worker or on the page, with WebAssembly or in plain JavaScript. Digits count as readable when the
reconstructions of eight test digits have a root mean square error of at most 0.14 in grey values
of 0 to 1 (their mean image gives 0.27). Medians and best rounds are printed as JSON.
"""

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path

import numpy as np
from ipywidgets.embed import embed_data
from matplotlib.figure import Figure
from playwright.sync_api import Browser, sync_playwright

from gentutor.data import digits
from gentutor.widgets import VAETrainer

STATE = "application/vnd.jupyter.widget-state+json"
HOST = Path(__file__).parents[1] / "book" / "_assets" / "explorables.js"
NO_WORKER = "globalThis.Worker = undefined;"
NO_WASM = "globalThis.WebAssembly = undefined;"
NO_WASM_IN_WORKER = """
const TrueBlob = Blob;
globalThis.Blob = class extends TrueBlob {
  constructor(parts, options) { super(["self.WebAssembly = undefined;", ...parts], options); }
};"""
WAYS = {
    "worker, WebAssembly": "",
    "worker, JavaScript": NO_WASM_IN_WORKER,
    "page, WebAssembly": NO_WORKER,
    "page, JavaScript": NO_WORKER + NO_WASM,
}
GOALS = {"worker, WebAssembly": 600, "worker, JavaScript": 150}
MEASURE = """async (seconds) => {
  const step = () => Number(document.querySelector(".gx-readout dd").textContent.replace(",", ""));
  const error = () => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < 512; i++) {
      const x = 72 * (i >> 6) + 8 * (i % 8) + 4;
      const y = 8 * ((i >> 3) % 8) + 4;
      const grey = (row) => data[4 * (row * canvas.width + x) + 3] / 241;
      sum += (grey(y) - grey(y + 72)) ** 2;
    }
    return Math.sqrt(sum / 512);
  };
  const frame = () => new Promise(requestAnimationFrame);
  document.querySelector("button").click();
  const began = performance.now();
  let readable = null;
  let frames = 0;
  let early = null; // the first half second compiles
  while (performance.now() - began < 1000 * seconds) {
    await frame();
    frames++;
    readable ??= error() < 0.14 ? (performance.now() - began) / 1000 : null;
    if (performance.now() - began > 500) early ??= [step(), performance.now()];
  }
  const now = performance.now();
  return {
    "steps a second": (1000 * (step() - early[0])) / (now - early[1]),
    "frames a second": (1000 * frames) / (now - began),
    "seconds to readable digits": readable,
  };
}"""


def page(folder: Path, name: str, without: str) -> Path:
    """Write a page with the book's trainer, in a browser that lacks what `without` takes away."""
    data = digits()
    images, shown = (np.asarray(x).reshape(-1, 8, 8) for x in (data.x_train, data.x_test[:8]))
    widget = VAETrainer(
        images=images, shown=shown, picture=Figure(), caption="A VAE.", alt="Digits."
    )
    state = embed_data(views=[widget], drop_defaults=False)["manager_state"]
    for model in state["state"].values():
        if "_esm" in model["state"]:
            model["state"]["_esm"] = without + model["state"]["_esm"]
    figure = widget._repr_mimebundle_()[0]["text/html"]
    path = folder / f"{name}.html"
    path.write_text(
        f'<!doctype html><meta charset="utf-8"><script type="{STATE}">{json.dumps(state)}</script>'
        f"<body>{figure}<script>{HOST.read_text()}</script>"
    )
    return path


def measure(browser: Browser, path: Path, seconds: float) -> dict[str, float | None]:
    """Train once, and return what was measured."""
    tab = browser.new_page(viewport={"width": 1000, "height": 900})
    tab.goto(path.as_uri())
    tab.wait_for_function("document.querySelector('.gx-readout dd')?.textContent === '0'")
    found = tab.evaluate(MEASURE, seconds)
    tab.close()
    return found


def main() -> None:
    """Measure every way in turns, and print medians and best rounds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args()
    rounds: dict[str, list[dict]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = {way: page(Path(folder), str(i), WAYS[way]) for i, way in enumerate(WAYS)}
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for _ in range(options.rounds):
            for way, path in pages.items():
                rounds[way].append(measure(browser, path, options.seconds))
        browser.close()
    table = {}
    for way, found in rounds.items():
        for name in found[0]:
            values = [one[name] for one in found if one[name] is not None]
            best = min if name.startswith("seconds") else max
            table[f"{way}: {name}"] = (
                {"median": round(statistics.median(values), 2), "best": round(best(values), 2)}
                if values
                else "never"
            )
    print(json.dumps({"goals, steps a second": GOALS, "measured": table}, indent=2))


if __name__ == "__main__":
    main()
