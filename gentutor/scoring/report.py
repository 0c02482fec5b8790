"""The report of a score: JSON with everything a number depends on, and the comparison of two."""

import json
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy
import PIL
import torch

from gentutor import __version__
from gentutor.metrics.score import Score

FORMAT = "gentutor-score-1"


@dataclass(frozen=True)
class Side:
    """One of the two sets.

    Attributes:
        path: as it was given.
        images: number of them that were scored.
        skipped: why others were left out.
        content: checksum of the images; "" where they are unknown.
    """

    path: str
    images: int
    skipped: tuple[str, ...] = ()
    content: str = ""


@dataclass(frozen=True)
class Report:
    """Scores with what they depend on.

    Attributes:
        scores: each with network, weights' hash, resize and sample sizes.
        options: metric -> what else its number depends on, such as KID's subsets.
        real, generated: the two sets.
        batch, threads: of the run.
        versions: of gentutor and what it stands on.
    """

    scores: tuple[Score, ...]
    options: Mapping[str, Mapping[str, int]]
    real: Side
    generated: Side
    batch: int
    threads: int
    versions: Mapping[str, str] = field(
        default_factory=lambda: {
            "gentutor": __version__,
            "torch": torch.__version__,
            "numpy": numpy.__version__,
            "pillow": PIL.__version__,
            "python": platform.python_version(),
        }
    )


def save_report(path: str | Path, report: Report) -> None:
    """Write a report under a temporary name, and rename it."""
    path = Path(path)
    content = {"format": FORMAT} | asdict(report)
    for score in content["scores"]:
        if not math.isfinite(score["value"]):
            score["value"] = str(score["value"])  # JSON has no word for infinity
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_report(path: str | Path) -> Report:
    """Read the report that :func:`score` wrote to ``out``.

    Raises:
        FileNotFoundError, ValueError: no such file, or no report.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: no report at {path}")
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found.pop("format") != FORMAT:
            raise ValueError("another format")
        scores = tuple(Score(**one | {"value": float(one["value"])}) for one in found.pop("scores"))
        real, generated = (
            Side(**one | {"skipped": tuple(one["skipped"])})
            for one in (found.pop("real"), found.pop("generated"))
        )
        return Report(scores, real=real, generated=generated, **found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"path: expected a report of gentutor score, got {path}: {error}"
        ) from None


def compare(first: str | Path, second: str | Path) -> list[tuple[Score, Score]]:
    """Return the scores of two reports metric by metric, if they compare.

    Raises:
        ValueError: no metric is in both; or they differ in network, weights, resize, numbers of
            images, the metric's options, or the real images. Says in which.
    """
    a, b = read_report(first), read_report(second)
    theirs = {score.metric: score for score in b.scores}
    pairs = [(score, theirs[score.metric]) for score in a.scores if score.metric in theirs]
    if not pairs:
        raise ValueError(
            f"{second}: expected one of {', '.join(score.metric for score in a.scores)}, got "
            f"{', '.join(theirs)}"
        )
    if a.real.content and b.real.content and a.real.content != b.real.content:
        raise ValueError(
            f"{second}: expected the real images of {first}, {a.real.path}, got others, "
            f"{b.real.path}"
        )
    for mine, other in pairs:
        if "unknown" in (mine.network, other.network):
            raise ValueError(
                f"{mine.metric}: nobody knows which network gave these features; save them with "
                "network, weight_hash and resize in the file's metadata"
            )
        try:
            mine.beats(other)
        except ValueError as error:
            why = str(error).removeprefix("other: ")
            raise ValueError(f"{second}: {mine.metric}: {why}") from None
        if a.options.get(mine.metric) != b.options.get(mine.metric):
            raise ValueError(
                f"{second}: {mine.metric}: expected {a.options.get(mine.metric)}, got "
                f"{b.options.get(mine.metric)}; scores measured in different ways do not compare"
            )
    return pairs
