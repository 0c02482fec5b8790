"""Do GANs that train in the page end as the engine's do? Coverage of 16 seeds, side by side.

Nets of 2-64-64-{2, 1}, batch 128, the collapsed start, five D steps, 1,200 steps of G, coverage of
2,500 samples. The page's code runs in Node with its SIMD products; the engine starts from other
weights and draws other numbers, so that only statistics can agree. Bounds (rows of `experiments` in
the chapter's tests): non-saturating mean m20 <= 3 and reverse KL >= 1; WGAN-GP mean m20 >= 7.5 and
reverse KL <= 0.1. Prints JSON; ends with 1 where a bound is missed.
"""

import argparse
import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gentutor.data import ring
from gentutor.metrics.mode_coverage import ModeCoverage, mode_coverage
from gentutor.training import GANSettings, train_gans

NODE = Path(__file__).parents[1] / "tests" / "widgets" / "trainer_node.js"
SETTINGS = {"lr_d": 1e-3, "lr_g": 1e-3, "n_critic": 5, "gp_weight": 0.1, "clip": 0.1, "selected": 0}
BOUNDS = {
    "non_saturating": {"m20": (0, 3), "reverse_kl": (1, 9)},
    "wgan_gp": {"m20": (7.5, 8), "reverse_kl": (0, 0.1)},
}


def in_node(objective: str, seeds: range, steps: int) -> ModeCoverage:
    """Train with the page's code."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is not installed")
    counts = []
    for seed in seeds:  # one after another: each in a memory of its own
        case = {
            "task": "ganRun", "build": "wasm", "target": ["ring", []], "latents": 2,
            "hidden": [64, 64], "batch": 128, "pack": 1, "objective": objective, "collapsed": True,
            "seeds": [seed], "settings": SETTINGS, "side": 8, "shown": 128, "tested": 2500,
            "rounds": steps,
        }  # fmt: skip
        done = subprocess.run(
            [node, str(NODE)], input=json.dumps(case), capture_output=True, text=True, check=True
        )
        last = json.loads(done.stdout)["last"]
        packed = base64.b64decode(last["counts"]["float64"])
        counts.append(torch.from_numpy(np.frombuffer(packed).reshape(2, 8).astype(np.int64)))
    return ModeCoverage(*torch.stack(counts).unbind(1))


def in_engine(objective: str, seeds: range, steps: int) -> ModeCoverage:
    """Train with the package's engine."""
    density = ring()
    sweep = [
        GANSettings(objective, seed=s, n_critic=5, gp_weight=0.1, collapsed_at=(2.0, 0.0))
        for s in seeds
    ]
    x = train_gans(sweep, density, steps=steps).sample(2500)
    return mode_coverage(x, density.centres, density.sd)


def summary(seen: ModeCoverage) -> dict[str, Any]:
    """Return means over the seeds, the range of m20 and how often each verdict fell."""
    return {
        "m1": round(seen.m1.double().mean().item(), 2),
        "m20": round(seen.m20.double().mean().item(), 2),
        "m20 from, to": [int(seen.m20.min()), int(seen.m20.max())],
        "reverse_kl": round(seen.reverse_kl.mean().item(), 3),
        "quality": round(seen.quality.mean().item(), 3),
        "verdicts": {word: seen.verdict.count(word) for word in sorted(set(seen.verdict))},
    }


def main() -> None:
    """Train on every way asked for, print a table and hold it against the bounds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=16)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--objectives", nargs="+", choices=BOUNDS, default=list(BOUNDS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(options.first, options.first + options.seeds)
    table: dict[str, Any] = {}
    missed = []
    for objective in options.objectives:
        for name, train in {"page": in_node, "engine": in_engine}.items():
            row = summary(train(objective, seeds, options.steps))
            table[f"{objective}, {name}"] = row
            for number, (low, high) in BOUNDS[objective].items():
                if not low <= row[number] <= high:
                    missed.append(f"{objective}, {name}: {number} {row[number]}")
    print(json.dumps({"seeds": options.seeds, "measured": table, "missed": missed}, indent=2))
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
