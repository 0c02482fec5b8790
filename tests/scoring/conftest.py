"""Folders of digits: real ones, and noisy ones in the place of generated ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from gentutor.data import digits
from gentutor.scoring import shards


def bytes_of(seed: int, count: int) -> Tensor:
    """Return images (count, 1, 8, 8) uint8, with more noise for every seed but 0."""
    generator = torch.Generator().manual_seed(seed)
    x = digits().x_train[seed * 100 : seed * 100 + count].reshape(-1, 1, 8, 8)
    noisy = x + 0.2 * min(seed, 1) * torch.randn(x.shape, generator=generator)
    return (noisy.clamp(0, 1) * 255).round().byte()


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a folder of digits."""

    def write(name: str, seed: int = 0, count: int = 40) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for i, image in enumerate(bytes_of(seed, count)):
            Image.fromarray(image[0].numpy()).save(folder / f"{i:03}.png")
        return folder

    return write


@pytest.fixture
def both(lay: Callable[..., Path]) -> tuple[Path, Path]:
    """Return folders of 40 real and 40 generated digits."""
    return lay("real"), lay("generated", 1)


@pytest.fixture(autouse=True)
def short_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make shards of two batches, so that 40 images are several of them."""
    monkeypatch.setattr(shards, "AIM", 8)
