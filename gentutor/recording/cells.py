"""One cell of a sweep: its GANs trained, their samples judged, the result kept in a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gentutor.metrics.mode_coverage import VERDICTS, mode_coverage
from gentutor.models.files import read_tensors, write_tensors
from gentutor.recording.sweep import Sweep
from gentutor.threads import one_thread
from gentutor.training import train_gans

FORMAT = "gentutor-recording-cell-1"
OUTCOMES = ("m20", "reverse_kl", "quality")
SAMPLE_SEED = 1


@dataclass(frozen=True)
class Cell:
    """One piece of work: a place in the sweep and where its result is kept."""

    sweep: Sweep
    place: int
    setting: Mapping[str, Any]
    file: Path

    @property
    def config(self) -> str:
        """What must agree for a kept result to count."""
        return json.dumps({"sweep": self.sweep.config, "place": self.place}, sort_keys=True)


def train_cell(cell: Cell) -> dict[str, Tensor]:
    """Return ``outcome`` (S, 3) float16 and ``verdict`` (S,) uint8 of S seeds.

    Outcomes are m20, the reverse KL in nats (NaN without a sample of high quality) and the share
    of high quality; see :mod:`gentutor.metrics.mode_coverage`. A GAN that diverged is judged by
    the weights it had before, if its samples are finite; else it is NaN, and ``failed``.
    """
    density, sweep = cell.sweep.density, cell.sweep
    trained = train_gans(sweep.gans(cell.setting), density, steps=sweep.steps)
    if trained.stopped:  # by Ctrl-C: half a cell is none
        raise KeyboardInterrupt
    with one_thread():
        x = trained.sample(sweep.samples, seed=SAMPLE_SEED)
        sound = x.isfinite().flatten(1).all(1)
        found = mode_coverage(x.where(sound[:, None, None], 0.0), density.centres, density.sd)
    values = torch.stack([getattr(found, name).double() for name in OUTCOMES], dim=-1)
    values[~sound] = torch.nan
    words = [v if ok else "failed" for v, ok in zip(found.verdict, sound.tolist(), strict=True)]
    verdict = torch.tensor([VERDICTS.index(word) for word in words], dtype=torch.uint8)
    return {"outcome": values.half(), "verdict": verdict}


def train_and_keep(cell: Cell) -> None:
    """Train a cell unless its file holds the result already."""
    if kept(cell) is None:
        write_tensors(cell.file, {"format": FORMAT, "config": cell.config}, train_cell(cell))


def kept(cell: Cell) -> dict[str, Tensor] | None:
    """Return what a cell's file holds; None if it is missing, damaged or of another sweep."""
    try:
        header, tensors = read_tensors(cell.file, FORMAT, remedy="")
    except (FileNotFoundError, ValueError):
        return None
    return tensors if header["config"] == cell.config else None
