"""Training of many GANs at once, against the plain loop and three ways to batch it.

The sweep is 16 seeds of four objectives, five steps of D for one of G, networks 2-64-64-{2, 1} and
batch 128. First every contender trains on one thread, objective by objective, in turns; its rate is
held against the processor's limit, the rate of a large matrix product in the same round. Then the
whole sweep is trained on two cores by two processes. A check shows first that all contenders take
the same steps. Ratios are taken within a round, medians over rounds.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import torch
from ensemble_peers import CONTENDERS
from tqdm import tqdm

from gentutor.checks import check_int
from gentutor.data.planar import ring
from gentutor.parallel import parallel_map
from gentutor.threads import one_thread
from gentutor.training import GANSettings, train_gans
from gentutor.training._engine.grouping import flops

RESULTS = Path(__file__).parent / "results" / "ensemble.json"
OURS, LOOP = "gentutor", "plain loop"
NAMES = ("minimax", "non_saturating", "wgan_clip", "wgan_gp")
SEEDS, CORES = 16, 2
GOAL = 5.0  # times the plain loop, whole sweep on two cores
Clocks = dict[str, float]


def sweep(objective: str, seeds: Sequence[int]) -> list[GANSettings]:
    """Return the GANs of one objective, from the collapsed start of the book's experiments."""
    return [GANSettings(objective, seed=s, n_critic=5, collapsed_at=(2.0, 0.0)) for s in seeds]


def check_same() -> None:
    """Raise unless all contenders end near the same weights after three steps of G.

    A weight moves by up to 0.003 in them. Adam divides by the size of a gradient, so that a bias
    whose gradients nearly cancel follows their rounding.
    """
    for objective in NAMES:
        gans = sweep(objective, range(3))
        ends = {name: run(gans, ring(), 3) for name, run in CONTENDERS.items()}
        for name, end in ends.items():
            torch.testing.assert_close(
                end, ends[OURS], atol=2e-4, rtol=0, msg=lambda m, n=name: f"{n}: {m}"
            )


def timed(run: Callable[[], Any]) -> Clocks:
    """Return seconds of the wall clock and of the processor, child processes included."""
    cpu, wall = _cpu(), time.perf_counter()
    run()
    return {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu}


def _cpu() -> float:
    me = psutil.Process()
    times = [process.cpu_times() for process in [me, *me.children(recursive=True)]]
    return sum(each.user + each.system for each in times)


def gigaflops(shape: Sequence[int], repeats: int) -> float:
    """Return the rate of products of matrices (..., m, k) and (..., k, n)."""
    *lead, m, k, n = shape
    a, b, out = torch.randn(*lead, m, k), torch.randn(*lead, k, n), torch.empty(*lead, m, n)
    torch.matmul(a, b, out=out)
    start = time.perf_counter()
    for _ in range(repeats):
        torch.matmul(a, b, out=out)
    return 2 * repeats * a.numel() * n / (time.perf_counter() - start) / 1e9


def measure_rates(objective: str, rounds: int, steps: int) -> dict[str, Any]:
    """Return each contender's GAN-steps a second on one thread, and the limits; a list each."""
    gans = sweep(objective, range(SEEDS))
    rates: dict[str, dict[str, list[float]]] = {n: {"wall": [], "cpu": []} for n in CONTENDERS}
    limits: dict[str, list[float]] = {"one large product": [], "products of our size": []}
    for turn in tqdm(range(-1, rounds), desc=f"{objective}, one thread", unit="round", leave=False):
        large, small = gigaflops((1024, 1024, 1024), 10), gigaflops((8, 64, 64, 256), 300)
        for name, run in CONTENDERS.items():
            count = steps if name == OURS else max(17, steps // 4)
            clocks = timed(lambda run=run, count=count: run(gans, ring(), count))
            if turn >= 0:  # the first round warms up, and compiles
                for clock, seconds in clocks.items():
                    rates[name][clock].append(SEEDS * count / seconds)
        if turn >= 0:
            limits["one large product"].append(large)
            limits["products of our size"].append(small)
    return {"rates": rates, "limits": limits, "megaflops": flops(gans[0], 2) / 1e6}


def half(task: tuple[str, Sequence[int], int]) -> None:
    """Train a process's half of the sweep by a peer."""
    name, seeds, steps = task
    with one_thread():
        for objective in NAMES:
            CONTENDERS[name](sweep(objective, seeds), ring(), steps)


def run_sweep(name: str, steps: int) -> None:
    """Train the whole sweep by two processes."""
    if name == OURS:
        gans = [r for objective in NAMES for r in sweep(objective, range(SEEDS))]
        train_gans(gans, ring(), steps=steps, jobs=CORES)
    else:
        halves = [range(core, SEEDS, CORES) for core in range(CORES)]
        parallel_map(half, [(name, seeds, steps) for seeds in halves], jobs=CORES)


def measure_sweep(rounds: int, steps: int) -> dict[str, dict[str, list[float]]]:
    """Return contender -> clock -> seconds of the whole sweep, one a round."""
    seconds: dict[str, dict[str, list[float]]] = {n: {"wall": [], "cpu": []} for n in CONTENDERS}
    turns = [(turn, name) for turn in range(-1, rounds) for name in CONTENDERS]
    for turn, name in tqdm(turns, desc="whole sweep, two processes", unit="run", leave=False):
        clocks = timed(lambda turn=turn, name=name: run_sweep(name, 17 if turn < 0 else steps))
        if turn >= 0:
            for clock, value in clocks.items():
                seconds[name][clock].append(value)
    return seconds


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of theirs over ours."""
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def print_rates(objective: str, report: dict[str, Any]) -> None:
    """Print the table of one objective."""
    print(f"\n{objective}, {SEEDS} GANs, one thread; GAN-steps a second")
    print(f"{'':20}{'CPU':>8}{'wall':>8}{'ours is':>10}")
    for name, clocks in report["rates"].items():
        cpu, wall = (statistics.median(clocks[clock]) for clock in ("cpu", "wall"))
        times = ratio(clocks["cpu"], report["rates"][OURS]["cpu"])
        print(f"{name:20}{cpu:8.0f}{wall:8.0f}{times:9.2f}x")
    ours = report["rates"][OURS]["cpu"]
    for limit, values in report["limits"].items():
        pairs = zip(ours, values, strict=True)
        share = statistics.median(r * report["megaflops"] / 1e3 / g for r, g in pairs)
        print(
            f"{share:.0%} of the {statistics.median(values):.0f} GF/s of {limit}"
            f" ({report['megaflops']:.1f} MFLOP a step)"
        )


def print_sweep(seconds: dict[str, dict[str, list[float]]], steps: int) -> None:
    """Print the table of the whole sweep."""
    print(f"\n{SEEDS} seeds x {len(NAMES)} objectives x {steps} steps, two processes; seconds")
    print(f"{'':20}{'CPU':>8}{'wall':>8}{'ours is':>10}   goal")
    for name, clocks in seconds.items():
        cpu, wall = (statistics.median(clocks[clock]) for clock in ("cpu", "wall"))
        goal = "" if name == OURS else f"{GOAL if name == LOOP else 1:g}"
        times = ratio(seconds[OURS]["wall"], clocks["wall"])
        print(f"{name:20}{cpu:8.1f}{wall:8.1f}{times:9.2f}x{goal:>7}")


def main() -> None:
    """Measure, print tables and write benchmarks/results/ensemble.json."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each objective on one thread")
    parser.add_argument("--steps", type=int, default=160, help="of ours in such a round")
    parser.add_argument("--sweeps", type=int, default=3, help="rounds of the whole sweep")
    parser.add_argument("--sweep-steps", type=int, default=1200, help="of G in the whole sweep")
    options = parser.parse_args()
    check_int("rounds", options.rounds)
    check_int("steps", options.steps, low=17)
    check_int("sweeps", options.sweeps)
    check_int("sweep_steps", options.sweep_steps)
    machine = f"{platform.machine()}, {platform.system()}"
    report: dict[str, Any] = {"torch": torch.__version__, "machine": machine, "objectives": {}}
    with one_thread():
        check_same()
        for objective in NAMES:
            report["objectives"][objective] = measure_rates(
                objective, options.rounds, options.steps
            )
            print_rates(objective, report["objectives"][objective])
    report["sweep"] = measure_sweep(options.sweeps, options.sweep_steps)
    report["sweep steps"] = options.sweep_steps
    print_sweep(report["sweep"], options.sweep_steps)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
