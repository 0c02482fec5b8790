"""Train a few cells of a recording again and compare."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gentutor.parallel import parallel_map
from gentutor.recording.cells import OUTCOMES, Cell, train_cell
from gentutor.recording.files import made_by, read_recording
from gentutor.recording.record import cells_of
from gentutor.recording.sweep import read_sweep

ERRORS = 4.0  # standard errors by which means may differ on another machine
LEAST = {"m20": 0.5, "reverse_kl": 0.1, "quality": 0.05}  # and what they may differ by in any case


@dataclass(frozen=True)
class Checked:
    """One cell that was trained again.

    Attributes:
        name: of the recording.
        setting: axis -> value.
        kind: ``"bits"`` on the machine and versions that made it, else ``"statistics"``.
        faults: what differs; empty if it agrees.
    """

    name: str
    setting: dict[str, Any]
    kind: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        where = ", ".join(f"{axis}={value}" for axis, value in self.setting.items())
        return f"{self.name} ({where}): " + ("; ".join(self.faults) or f"the same {self.kind}")


def check(
    paths: Sequence[str | Path], count: int, *, jobs: int | None = None, seed: int | None = None
) -> list[Checked]:
    """Train ``count`` random cells of these recordings again and compare.

    With the processor and the versions that made a recording, all numbers must have the same bits.
    Elsewhere GANs drift apart, so means over a cell's seeds are compared: they may differ by four
    standard errors, or by 0.5 modes, 0.1 nats and 0.05 of quality if that is more.

    Args:
        paths: of the ``.safetensors`` files.
        count: cells, >= 1; all, if there are fewer.
        jobs: processes; None for one a core.
        seed: of the choice; None for another one each time.

    Raises:
        FileNotFoundError, ValueError: a recording is missing or refused.
    """
    work: list[tuple[Path, Cell, Tensor, str]] = []
    for path in map(Path, paths):
        recording = read_recording(path)
        same = dict(recording.made_by) == made_by()
        sweep = read_sweep(path.with_suffix(".yml"))
        flat = recording.outcome.view(sweep.cell_count, *recording.outcome.shape[-2:])
        for cell, recorded in zip(cells_of(sweep, path.parent), flat, strict=True):
            work.append((path, cell, recorded, "bits" if same else "statistics"))
    chosen = random.Random(seed).sample(work, min(count, len(work)))
    again = parallel_map(train_cell, [cell for _, cell, _, _ in chosen], jobs=jobs, unit="cell")
    return [
        Checked(path.stem, dict(cell.setting), kind, compare(recorded, found["outcome"], kind))
        for (path, cell, recorded, kind), found in zip(chosen, again, strict=True)
    ]


def compare(recorded: Tensor, found: Tensor, kind: str) -> tuple[str, ...]:
    """Return how the outcomes (S, 3) of S seeds differ.

    >>> a = torch.tensor([[8.0, 0.0, 0.6], [7.0, 0.1, 0.5]]).half()
    >>> compare(a, a, "bits"), compare(a, a - torch.tensor([3, 0, 0]), "statistics")
    ((), ('m20: mean 7.5, now 4.5',))
    """
    if kind == "bits":
        both = zip(OUTCOMES, recorded.unbind(-1), found.unbind(-1), strict=True)
        return tuple(
            f"{name}: {a.tolist()}, now {b.tolist()}"
            for name, a, b in both
            if not torch.equal(a.nan_to_num(-1.0), b.nan_to_num(-1.0))
        )
    faults = []
    for name, a, b in zip(OUTCOMES, recorded.double().mT, found.double().mT, strict=True):
        a, b = (values[~values.isnan()] for values in (a, b))
        if not len(a) or not len(b):
            continue
        error = math.sqrt(sum(float(v.var(correction=0)) / len(v) for v in (a, b)))
        if abs(float(a.mean() - b.mean())) > max(ERRORS * error, LEAST[name]):
            faults.append(f"{name}: mean {float(a.mean()):.3g}, now {float(b.mean()):.3g}")
    return tuple(faults)
