"""The file of a recording: safetensors; declaration, axes, versions and digest in its header."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gentutor import __version__
from gentutor.metrics.mode_coverage import VERDICTS
from gentutor.models.files import read_tensors, write_tensors
from gentutor.recording.cells import OUTCOMES
from gentutor.recording.sweep import Sweep, read_sweep

FORMAT = "gentutor-recording-1"


@dataclass(frozen=True)
class Recording:
    """What a sweep gave.

    Attributes:
        sweep: its declaration, as JSON values.
        axes: name -> values; the axes of ``verdict``, and of ``outcome`` but for its last.
        outcome: (..., 3) float16: ``m20``, ``reverse_kl`` (nats) and ``quality`` (0 to 1).
        verdict: (...) uint8, places in ``verdicts``.
        outcomes: the names of the outcomes.
        verdicts: the words.
        made_by: versions and processor.
    """

    sweep: Mapping[str, Any]
    axes: Mapping[str, list[Any]]
    outcome: Tensor
    verdict: Tensor
    outcomes: tuple[str, ...]
    verdicts: tuple[str, ...]
    made_by: Mapping[str, str]


def made_by() -> dict[str, str]:
    """Return what decides about bits: versions and processor."""
    return {
        "gentutor": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def write_recording(path: Path, sweep: Sweep, outcome: Tensor, verdict: Tensor) -> None:
    """Write a recording, whole or not at all."""
    config = {
        "sweep": sweep.config,
        "axes": dict(sweep.axes),
        "outcomes": OUTCOMES,
        "verdicts": VERDICTS,
        "made_by": made_by(),
    }
    header = {"format": FORMAT, "config": json.dumps(config)}
    write_tensors(path, header, {"outcome": outcome, "verdict": verdict})


def read_recording(path: str | Path) -> Recording:
    """Read a recording; where its declaration stands beside it, the two must agree.

    Args:
        path: of the ``.safetensors`` file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is truncated, tampered with, of another version, or the ``.yml`` beside it
            declares another sweep; says what to do.
    """
    path = Path(path)
    again = f"record it again: gentutor record {path.with_suffix('.yml')}"
    if not path.is_file():
        raise FileNotFoundError(f"path: no recording at {path}; {again}")
    header, tensors = read_tensors(path, FORMAT, remedy=again)
    config = json.loads(header["config"])
    shape = tuple(len(values) for values in config["axes"].values())
    outcome, verdict = (tensors.get(name, torch.empty(0)) for name in ("outcome", "verdict"))
    if outcome.shape != (*shape, len(config["outcomes"])) or verdict.shape != shape:
        raise ValueError(f"path: {path} does not hold what its header says; {again}")
    declared = path.with_suffix(".yml")
    if declared.is_file() and _plain(read_sweep(declared).config) != config["sweep"]:
        raise ValueError(f"path: {path} was made of another declaration than {declared}; {again}")
    return Recording(
        config["sweep"],
        config["axes"],
        outcome,
        verdict,
        tuple(config["outcomes"]),
        tuple(config["verdicts"]),
        config["made_by"],
    )


def _plain(config: Mapping[str, Any]) -> Any:
    """Return what JSON makes of it: keys as text."""
    return json.loads(json.dumps(config))
