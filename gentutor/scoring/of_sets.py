"""FID, KID, Inception Score, precision and recall of features on disk, in bounded memory.

Subsets of KID and the shuffle of the Inception Score are drawn as torch-fidelity draws them, so
that equal features give equal numbers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gentutor.metrics.fid import FID, fid
from gentutor.metrics.inception_score import InceptionScore
from gentutor.metrics.kid import kid
from gentutor.metrics.precision_recall import precision_recall
from gentutor.metrics.score import ScoreOverParts
from gentutor.scoring.networks import Eye
from gentutor.scoring.statistics import Features

SEED = 2020
SUBSETS, SUBSET_SIZE, SPLITS, NEIGHBOURS = 100, 1000, 10, 3
ROWS = 1024  # logits read at a time
LOGITS = "save statistics with --features, of a network with a classifier"

Value = Tensor | ScoreOverParts
Found = dict[str, tuple[Value, dict[str, int]]]  # metric -> value and what else it depends on


def _fid(real: Features, fake: Features) -> Found:
    if real.features is not None and fake.features is not None:
        return {"FID": (fid(real.features, fake.features), {})}
    metric = FID()
    metric.real, metric.fake = real.moments, fake.moments
    return {"FID": (metric.compute(), {})}


def _kid(real: Features, fake: Features) -> Found:
    x, y = _rows("real", real), _rows("generated", fake)
    size = min(SUBSET_SIZE, len(x), len(y))
    draw = np.random.RandomState(SEED)
    of_fake, of_real = [], []
    for _ in range(SUBSETS):
        of_fake.append(draw.choice(len(y), size, replace=False))
        of_real.append(draw.choice(len(x), size, replace=False))
    subsets = torch.from_numpy(np.stack(of_real)), torch.from_numpy(np.stack(of_fake))
    return {"KID": (kid(x, y, subsets=subsets), {"subsets": SUBSETS, "subset_size": size})}


def _inception_score(_: Features | None, fake: Features) -> Found:
    logits = fake.logits
    assert logits is not None  # check_saved and check_classifier have seen to it
    order = torch.from_numpy(np.random.RandomState(SEED).permutation(len(logits)))
    splits = min(SPLITS, len(order))
    values = []
    for i in range(splits):
        part = order[i * len(order) // splits : (i + 1) * len(order) // splits]
        metric = InceptionScore(1)
        for rows in part.split(ROWS):
            metric.update(logits[rows])
        values.append(metric.compute().mean)
    return {"IS": (ScoreOverParts.of(torch.stack(values)), {"splits": splits})}


def _precision_recall(real: Features, fake: Features) -> Found:
    found = precision_recall(_rows("real", real), _rows("generated", fake), k=NEIGHBOURS)
    names = ("precision", "recall", "density", "coverage")
    return {name: (getattr(found, name), {"k": NEIGHBOURS}) for name in names}


OF_SETS: dict[str, Any] = {
    "fid": _fid,
    "kid": _kid,
    "is": _inception_score,
    "precision-recall": _precision_recall,
}


def of_sets(metric: str, real: Features | None, fake: Features) -> Found:
    """Return the scores that a metric gives, by name, with what else they depend on.

    Raises:
        ValueError: the sets come of different networks or resizes; features are needed and only
            moments were saved.
    """
    found: Found = OF_SETS[metric](real, fake)
    return found


def check_same_label(real: Mapping[str, str], fake: Mapping[str, str]) -> None:
    """Raise ValueError unless both sets are seen by the same network in the same way."""
    for key in fake:
        if real[key] != fake[key]:
            raise ValueError(
                f"real: expected {key} {fake[key]}, as generated has, got {real[key]}; scores need "
                "one network with the same weights and the same resize on both sides"
            )


def check_saved(name: str, metrics: Sequence[str], side: Features) -> None:
    """Raise ValueError if a file does not hold what the metrics need."""
    if {"kid", "precision-recall"} & set(metrics):
        _rows(name, side)
    if name == "generated" and "is" in metrics and side.logits is None:
        raise ValueError(f"{name}: expected logits for is, got a file without; {LOGITS}")


def check_classifier(eye: Eye, shape: tuple[int, ...]) -> None:
    """Raise ValueError if a network has no logits; it looks at one black image."""
    if eye(torch.zeros(1, *shape, dtype=torch.uint8)).logits is None:
        raise ValueError(f"network: expected one with a classifier for is, got {eye.network}")


def _rows(name: str, side: Features) -> Tensor:
    if side.features is None:
        raise ValueError(
            f"{name}: expected statistics with features, got moments alone: save them again with "
            "gentutor stats --features"
        )
    return side.features
