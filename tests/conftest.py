"""What all tests share."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor.threads import one_thread

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import torchvision_names  # noqa: F401


@pytest.fixture(scope="session", autouse=True)
def single_thread() -> Iterator[None]:
    """Test on one thread: for small nets a second one costs more in waiting than it brings."""
    with one_thread():
        yield


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Start each test from the same global generator, whatever ran before in its process."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the repository."""
    return Path(__file__).parents[1]


@pytest.fixture
def sweep_arguments() -> dict[str, Any]:
    """Return arguments of a BetaSweep whose numbers differ at every step."""
    rng = np.random.default_rng(0)
    steps, dims = 16, 8
    kl = rng.uniform(0.02, 2, (steps, dims)) * np.linspace(1, 0, steps)[:, None]
    rate, distortion = kl.sum(axis=1), np.linspace(17, 27, steps)
    return {
        "beta": np.geomspace(0.05, 16, steps),
        "originals": rng.random((8, 8, 8)),
        "reconstructions": rng.random((steps, 8, 8, 8)),
        "samples": rng.random((steps, 24, 8, 8)),
        "kl": kl,
        "rate": rate,
        "distortion": distortion,
        "elbo": -(distortion + rate),
        "picture": Figure(),
        "caption": "Sixteen models & one slider.",
        "alt": 'Distortion falls as the "rate" rises.',
    }


@pytest.fixture
def map_arguments() -> dict[str, Any]:
    """Return arguments of a LatentMap with a random decoder of two layers."""
    rng = np.random.default_rng(1)
    return {
        "codes": rng.normal(size=(200, 2)),
        "labels": np.arange(200) % 10,
        "layers": [
            (rng.normal(size=(2, 32)), rng.normal(size=32)),
            (rng.normal(size=(32, 64)) / 4, rng.normal(size=64)),
        ],
        "activation": "relu",
        "output": "sigmoid",
        "sigma": 0.1,
        "z0": (0.5, -0.25),
        "picture": Figure(),
        "caption": "Codes in the plane.",
        "alt": "Ten clusters.",
    }


@pytest.fixture
def spectrum_arguments() -> dict[str, Any]:
    """Return arguments of a SpectrumLab whose trained numbers differ from the predicted ones."""
    rng = np.random.default_rng(2)
    eigenvalues = np.array([2.0, 1.5, 1.1, 0.6, 0.35, 0.2, 0.11, 0.05, 0.002, 1e-6, 0, 0])
    variances = np.geomspace(0.08, 3, 9)
    kl = 0.5 * np.log(np.maximum(1, eigenvalues[:7] / variances[:, None]))
    return {
        "eigenvalues": eigenvalues,
        "variances": variances,
        "kl_trained": kl + rng.uniform(0, 0.02, kl.shape),
        "kl_predicted": kl,
        "picture": Figure(),
        "caption": "Nine variances.",
        "alt": "Seven bars that shrink.",
    }
