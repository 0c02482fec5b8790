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
from gentutor.widgets import Bars, Curves, Images, Plane

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
def sweep_numbers() -> dict[str, np.ndarray]:
    """Return the numbers of sixteen models, which differ at every step."""
    rng = np.random.default_rng(0)
    steps, dims = 16, 8
    kl = rng.uniform(0.02, 2, (steps, dims)) * np.linspace(1, 0, steps)[:, None]
    return {
        "beta": np.geomspace(0.05, 16, steps),
        "originals": rng.random((8, 8, 8)),
        "reconstructions": rng.random((steps, 8, 8, 8)),
        "samples": rng.random((steps, 24, 8, 8)),
        "kl": kl,
        "rate": kl.sum(axis=1),
        "distortion": np.linspace(17, 27, steps),
    }


@pytest.fixture
def sweep_arguments(sweep_numbers) -> dict[str, Any]:
    """Return arguments of a Sweep with images, bars and a plane."""
    kl, rate, distortion = (sweep_numbers[name] for name in ("kl", "rate", "distortion"))
    originals, copies, samples = (
        Images(name.capitalize(), sweep_numbers[name])
        for name in ("originals", "reconstructions", "samples")
    )
    bars = Bars("KL of each dimension", kl, "latent dimension", "KL, nats", above=0.5)
    plane = Plane("Rate and distortion", rate, distortion, "rate", "distortion", sums=True)
    return {
        "label": "β, the weight of the KL",
        "values": sweep_numbers["beta"],
        "panels": [[originals, copies, bars], [samples, plane]],
        "text": "β = {:.3g}",
        "readout": {
            "Distortion": ("{:.2f} nats", distortion),
            "ELBO": ("{:.2f} nats", -rate - distortion),
            "Active dimensions": ("{:.0f} of 8", (kl > 0.5).sum(1)),
        },
        "caption": "Sixteen models & one slider.",
        "alt": 'Distortion falls as the "rate" rises.',
    }


@pytest.fixture
def water_numbers() -> dict[str, np.ndarray]:
    """Return a spectrum, levels, and for each level the exact KL and another beside it."""
    rng = np.random.default_rng(2)
    eigenvalues = np.array([2.0, 1.5, 1.1, 0.6, 0.35, 0.2, 0.11, 0.05, 0.002, 1e-6, 0, 0])
    variances = np.geomspace(0.08, 3, 9)
    kl = 0.5 * np.log(np.maximum(1, eigenvalues[:7] / variances[:, None]))
    trained = kl + rng.uniform(0, 0.02, kl.shape)
    return {"eigenvalues": eigenvalues, "variances": variances, "kl": kl, "trained": trained}


@pytest.fixture
def water_arguments(water_numbers) -> dict[str, Any]:
    """Return arguments of a Sweep with a level among curves, and rings beside bars."""
    values, variances, kl, trained = water_numbers.values()
    ranks = np.arange(1, 13)
    series = {"a latent": (ranks[:7], values[:7]), "no latent": (ranks[7:], values[7:])}
    sides = "active", "collapsed"
    curves = Curves(
        "Eigenvalues", series, "axis", "eigenvalue", level=variances, sides=sides, log=True
    )
    bars = Bars(
        "KL of each dimension", trained, "dimension", "KL, nats",
        above=0.01, beside=kl, names=("trained", "predicted"),
    )  # fmt: skip
    return {
        "label": "σ², decoder variance",
        "values": variances,
        "panels": [[curves], [bars]],
        "text": "σ² = {:.3g}",
        "readout": {"Total KL": ("{:.2f} nats", trained.sum(1))},
        "caption": "Nine variances.",
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
