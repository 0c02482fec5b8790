"""How fast networks train in a page: steps and frames a second, and the time to a result.

The page is opened from a file in Chromium without a network, as the book's page is. Ways take
turns, so that a busy machine slows all of them: in a worker or on the page, with WebAssembly or in
plain JavaScript. Medians and best rounds are printed as JSON.

``vae``: the book's network (64-128-8, batch 128). Digits count as readable when the reconstructions
of eight test digits have a root mean square error of at most 0.14 in grey values of 0 to 1 (their
mean image gives 0.27).

``lab``: the mode-collapse lab, 2 x 32, batch 128, in a worker. Steps of G a second with one step of
D; seconds from pressing Train until the preset WGAN-GP covers eight modes (m20 = 8, as the page
shows it; five D steps, collapsed start), on eight seeds one after another; and m20 of eight seeds
of the preset Collapse after 1,200 steps.
"""

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from ipywidgets.embed import embed_data
from matplotlib.figure import Figure
from playwright.sync_api import Browser, Page, sync_playwright

from gentutor.data import digits
from gentutor.widgets import ModeCollapseLab, VAETrainer
from gentutor.widgets.explorable import Explorable

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


LAB_GOALS = {
    "steps of G a second": {"WebAssembly": 2000, "JavaScript": 200},
    "frames a second": 30,
    "seconds until eight modes, at most": {"WebAssembly": 5, "JavaScript": 15},
    "Collapse, m20, at most": 3,
}
LAB_WAYS = {"WebAssembly": "", "JavaScript": NO_WASM_IN_WORKER}
SPEED = """async (seconds) => {
  const shown = document.querySelector(".gx-readout dd");
  const step = () => Number(shown.textContent.replaceAll(",", ""));
  const frame = () => new Promise(requestAnimationFrame);
  const train = [...document.querySelectorAll("button")].find((b) => b.textContent === "Train");
  train.click();
  const began = performance.now();
  while (performance.now() - began < 1000) await frame(); // the first second compiles
  const early = [step(), performance.now()];
  let frames = 0;
  while (performance.now() - early[1] < 1000 * seconds) {
    await frame();
    frames++;
  }
  const took = (performance.now() - early[1]) / 1000;
  return { "steps of G a second": (step() - early[0]) / took, "frames a second": frames / took };
}"""
COVERED = """async (limit) => {
  const frame = () => new Promise(requestAnimationFrame);
  const train = [...document.querySelectorAll("button")].find((b) => b.textContent === "Train");
  train.click();
  const began = performance.now();
  while (performance.now() - began < 1000 * limit) {
    await frame();
    const covered = document.querySelectorAll(".gx-readout dd")[1].textContent;
    if (covered === "8 of 8") return (performance.now() - began) / 1000;
  }
  return null;
}"""


def trainer() -> VAETrainer:
    """Return the book's VAE."""
    data = digits()
    images, shown = (np.asarray(x).reshape(-1, 8, 8) for x in (data.x_train, data.x_test[:8]))
    return VAETrainer(images=images, shown=shown, picture=Figure(), caption="A VAE.", alt="Digits.")


def lab(**settings: object) -> ModeCollapseLab:
    """Return a lab with these settings; the others are those of the preset Collapse."""
    return ModeCollapseLab(picture=Figure(), caption="A lab.", alt="A ring.", **settings)


def page(folder: Path, name: str, widget: Explorable, without: str) -> Path:
    """Write a page with a widget, in a browser that lacks what `without` takes away."""
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


def opened(browser: Browser, path: Path) -> Page:
    """Open a page and wait until its trainer stands at step 0."""
    tab = browser.new_page(viewport={"width": 1000, "height": 900})
    tab.goto(path.as_uri())
    tab.wait_for_function("document.querySelector('.gx-readout dd')?.textContent === '0'")
    return tab


def measure(browser: Browser, path: Path, program: str, seconds: float) -> Any:
    """Train once, and return what a program in the page measured."""
    tab = opened(browser, path)
    found = tab.evaluate(program, seconds)
    tab.close()
    return found


def summary(rounds: dict[str, list[dict]]) -> dict[str, Any]:
    """Return medians and best rounds of every way and number."""
    table: dict[str, Any] = {}
    for way, found in rounds.items():
        for name in found[0]:
            values = [one[name] for one in found if one[name] is not None]
            best = min if name.startswith("seconds") else max
            table[f"{way}: {name}"] = (
                {"median": round(statistics.median(values), 2), "best": round(best(values), 2)}
                if values
                else "never"
            )
    return table


def measure_vae(browser: Browser, folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Train the VAE every way in turns."""
    pages = {way: page(folder, f"vae {i}", trainer(), WAYS[way]) for i, way in enumerate(WAYS)}
    found: dict[str, list[dict]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, path in pages.items():
            found[way].append(measure(browser, path, MEASURE, seconds))
    return {"goals, steps a second": GOALS, "measured": summary(found)}


def collapsed_m20(browser: Browser, folder: Path) -> list[int]:
    """Train eight seeds of the preset Collapse side by side, and return their m20."""
    tab = opened(browser, page(folder, "collapse", lab(seeds=8), ""))
    tab.get_by_role("button", name="Train", exact=True).click()
    reached = (
        "Number(document.querySelector('.gx-readout dd').textContent.replaceAll(',', '')) >= 1200"
    )
    tab.wait_for_function(reached, timeout=300_000)
    tab.get_by_role("button", name="Pause").click()
    texts = tab.locator(".gx-lab-cell").all_inner_texts()
    tab.close()
    return [int(text.split(": ")[1].split()[0]) for text in texts]


def measure_lab(
    browser: Browser, folder: Path, rounds: int, seconds: float, limit: float
) -> dict[str, Any]:
    """Train the lab with WebAssembly and in plain JavaScript in turns."""
    fast = {way: page(folder, f"speed {way}", lab(n_critic=1), w) for way, w in LAB_WAYS.items()}
    found: dict[str, list[dict]] = {way: [] for way in LAB_WAYS}
    for _ in range(rounds):
        for way, path in fast.items():
            found[way].append(measure(browser, path, SPEED, seconds))
    until: dict[str, list[float | None]] = {way: [] for way in LAB_WAYS}
    for seed in range(8):
        for way, without in LAB_WAYS.items():
            path = page(folder, f"gp {way}", lab(objective="wgan_gp", seed=seed), without)
            took = measure(browser, path, COVERED, limit)
            until[way].append(took if took is None else round(took, 1))
    return {
        "goals": LAB_GOALS,
        "measured": summary(found),
        "WGAN-GP: seconds until m20 = 8, seeds 0 to 7 (null: not in time)": until,
        "Collapse: m20 after 1,200 steps, seeds 0 to 7": collapsed_m20(browser, folder),
    }


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=["vae", "lab", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument(
        "--limit", type=float, default=60.0, help="seconds a seed may take to cover"
    )
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        usual = browser, Path(name), options.rounds, options.seconds
        if options.what != "lab":
            found["vae"] = measure_vae(*usual)
        if options.what != "vae":
            found["lab"] = measure_lab(*usual, options.limit)
        browser.close()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
