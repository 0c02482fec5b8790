"""Contenders take turns at one piece of work: wall clock, CPU time and peak memory of each.

All run in every round, in an order that rotates, so that a busy machine slows all of them; ratios
are taken within a round and medians over rounds. Memory is measured once for each contender, in a
process of its own.
"""

import argparse
import ctypes
import importlib
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from tqdm import tqdm

OURS = "gentutor"


@dataclass(frozen=True)
class Case:
    """One piece of work and who does it.

    Attributes:
        name: what is computed, with sizes.
        inputs: makes the arguments of every contender.
        contenders: name -> function of the inputs; ``gentutor`` is ours. What it returns must
            turn into a tensor.
        goal: how many times as fast as the best peer we mean to be.
        tolerance: relative difference of results above which a peer computes something else; it
            is measured all the same, and not counted among the peers to beat.
    """

    name: str
    inputs: Callable[[], Sequence[Any]]
    contenders: dict[str, Callable[..., Any]]
    goal: float
    tolerance: float = 1e-3

    def against(self, peers: Sequence[str]) -> "Case":
        """Return the case with ours and these peers only."""
        kept = {k: v for k, v in self.contenders.items() if k == OURS or k in peers}
        return replace(self, contenders=kept)

    def differences(self) -> dict[str, float]:
        """Largest difference of each contender's result from ours, relative to our largest value.

        This is also every contender's first, unmeasured run.
        """
        inputs = self.inputs()
        results = {name: _tensor(run(*inputs)) for name, run in self.contenders.items()}
        ours = results[OURS]
        return {
            name: float((result - ours).abs().max() / ours.abs().max())
            for name, result in results.items()
        }


def _tensor(result: Any) -> Tensor:
    return torch.as_tensor(result).detach().double().squeeze()


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Give torch, BLAS and OpenMP this many threads inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        with threadpool_limits(number):
            yield
    finally:
        torch.set_num_threads(before)


def interleave(case: Case, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return contender -> "wall" and "cpu" -> seconds of each round."""
    inputs, names = case.inputs(), list(case.contenders)
    seconds: dict[str, dict[str, list[float]]] = {name: {"wall": [], "cpu": []} for name in names}
    for turn in tqdm(range(rounds), desc=case.name, unit="round", leave=False):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            wall, cpu = time.perf_counter(), time.process_time()
            case.contenders[name](*inputs)
            seconds[name]["wall"].append(time.perf_counter() - wall)
            seconds[name]["cpu"].append(time.process_time() - cpu)
    return seconds


def times_ours(seconds: dict[str, dict[str, list[float]]], name: str, clock: str) -> float:
    """Return how many times as long as ours a contender takes: the median over rounds."""
    pairs = zip(seconds[name][clock], seconds[OURS][clock], strict=True)
    return statistics.median(theirs / ours for theirs, ours in pairs)


def peak_memory(case: Case, name: str) -> int | None:
    """Return the bytes a contender needs beyond its inputs, on its second run (Linux only)."""
    process = Path("/proc/self")
    if not (process / "clear_refs").exists():
        return None
    inputs, run = case.inputs(), case.contenders[name]
    run(*inputs)  # libraries keep buffers from their first run
    ctypes.CDLL(None).malloc_trim(0)
    (process / "clear_refs").write_text("5")  # forget the peak so far
    before = _status("VmRSS")
    run(*inputs)
    return _status("VmHWM") - before


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    [line] = [line for line in lines if line.startswith(field + ":")]
    return int(line.split()[1]) * 1024


def _peak_in_fresh_process(module: str, case: Case, name: str, number: int) -> int | None:
    command = [sys.executable, __file__, module, case.name, name, str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{case.name}, {name}: measuring memory failed\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(module: str, case: Case, number: int, rounds: int, memory: bool) -> dict[str, Any]:
    """Measure one case on so many threads, print its table, return its report."""
    with threads(number):
        differences = case.differences()
        seconds = interleave(case, rounds)
    report: dict[str, Any] = {"case": case.name, "threads": number, "goal": case.goal}
    report["contenders"] = {
        name: {
            **seconds[name],
            "times ours": {clock: times_ours(seconds, name, clock) for clock in ("wall", "cpu")},
            "difference": differences[name],
            "same": differences[name] <= case.tolerance,
            "peak": _peak_in_fresh_process(module, case, name, number) if memory else None,
        }
        for name in case.contenders
    }
    same = [row for name, row in report["contenders"].items() if name != OURS and row["same"]]
    report["times the best peer"] = min(row["times ours"]["wall"] for row in same)
    peaks = [row["peak"] for row in same if row["peak"] is not None]
    report["least peak of a peer"] = min(peaks, default=None)
    print(table(report), flush=True)
    return report


def table(report: dict[str, Any]) -> str:
    """Format a case's report as lines of text."""
    plural = "" if report["threads"] == 1 else "s"
    lines = [
        f"\n{report['case']}, {report['threads']} thread{plural}: "
        f"{report['times the best peer']:.2f} times the best peer (goal {report['goal']:g})",
        f"  {'':22}{'wall ms':>10}{'CPU ms':>10}{'times ours':>12}{'peak MB':>9}  differs by",
    ]
    for name, row in report["contenders"].items():
        wall, cpu = (1e3 * statistics.median(row[clock]) for clock in ("wall", "cpu"))
        peak = "-" if row["peak"] is None else f"{row['peak'] / 1e6:.1f}"
        other = "" if row["same"] else ", another quantity"
        lines.append(
            f"  {name:22}{wall:10.1f}{cpu:10.1f}{row['times ours']['wall']:12.2f}{peak:>9}"
            f"  {row['difference']:.0e}{other}"
        )
    return "\n".join(lines)


def main(modules: Sequence[str], results: Path, description: str) -> None:
    """Measure the ``CASES`` of these modules, as the command line asks, and write a report."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("words", nargs="*", help="only cases whose name holds one of these")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--peers", nargs="+", help="only these, where they take part")
    parser.add_argument("--no-memory", dest="memory", action="store_false")
    options = parser.parse_args()
    cases = [
        (name, case)
        for name in modules
        for case in importlib.import_module(name).CASES
        if not options.words or any(word.lower() in case.name.lower() for word in options.words)
    ]
    if options.peers:
        cases = [(name, case.against(options.peers)) for name, case in cases]
    reports = [
        measure(name, case, number, options.rounds, options.memory)
        for name, case in cases
        for number in options.threads
    ]
    machine = f"{platform.machine()}, {platform.system()}"
    report = {"torch": torch.__version__, "machine": machine, "results": reports}
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":  # one contender's peak memory, in bytes
    module, wanted, contender, count = sys.argv[1:]
    [found] = [case for case in importlib.import_module(module).CASES if case.name == wanted]
    with threads(int(count)):
        print(json.dumps(peak_memory(found, contender)))
