"""Memory and CPU of one running notebook, as a student on a server has it: one core.

python benchmarks/notebooks.py 02_vae 12_gan
"""

import argparse
import json
import os
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
RESULTS = Path(__file__).parent / "results" / "notebooks.json"
MB = 2**20


class Watched(threading.Thread):
    """Samples the kernel and all that it starts, five times a second.

    Attributes:
        peak: most resident memory of all together, MB; pages that they share count once (PSS).
        last: resident memory of the last sample, before the kernel was ended, MB.
        cpu: seconds of processor time.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = self.last = self.cpu = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        """Sample until it is over."""
        spent: dict[int, float] = {}
        while not self.over.wait(0.2):
            resident = 0.0
            for process in psutil.Process().children(recursive=True):
                try:
                    times = process.cpu_times()
                    spent[process.pid] = times.user + times.system
                    resident += process.memory_full_info().pss / MB
                except psutil.Error:  # it has ended meanwhile
                    continue
            self.last = resident or self.last
            self.peak = max(self.peak, resident)
        self.cpu = sum(spent.values())


def measured(name: str) -> dict[str, float]:
    """Run a notebook from first cell to last, and return what it took."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    watched = Watched()
    watched.start()
    start = time.monotonic()
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": NOTEBOOKS}})
    with client.setup_kernel():
        for i, cell in enumerate(notebook.cells):
            client.execute_cell(cell, i)
        seconds = time.monotonic() - start
        time.sleep(1)  # at rest, as it stays while the student reads
        watched.over.set()
        watched.join()
    return {
        "peak_mb": round(watched.peak),
        "at_rest_mb": round(watched.last),
        "cpu_seconds": round(watched.cpu, 1),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    """Measure the notebooks that were named, print and keep the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="such as 12_gan")
    names = parser.parse_args().names
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = {name: measured(name) for name in names}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, numbers in found.items():
        print(name, numbers)


if __name__ == "__main__":
    main()
