"""A declaration small enough to be trained in a test."""

from pathlib import Path
from typing import Any

import pytest
import yaml

SMALL: dict[str, Any] = {
    "target": "ring",
    "steps": 3,
    "samples": 64,
    "settings": {"hidden": [8], "batch_size": 8, "lr_g": 0.01},
    "overrides": {"objective": {"wgan_gp": {"gp_weight": 0.5}}},
    "axes": {
        "objective": ["hinge", "wgan_gp"],
        "lr_ratio": [0.5, 2.0],
        "n_critic": [1],
        "seed": [0, 1, 2],
    },
}


@pytest.fixture
def small() -> dict[str, Any]:
    """Return the entries of the declaration."""
    return dict(SMALL)


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    """Return a declaration's file, alone in its folder."""
    path = tmp_path / "small.yml"
    path.write_text(yaml.safe_dump(SMALL, sort_keys=False), encoding="utf-8")
    return path
