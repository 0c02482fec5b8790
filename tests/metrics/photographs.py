"""Photographs that ship in scikit-image, for tests of image metrics."""

import torch
from skimage import data
from torch import Tensor

PHOTOGRAPHS = ("camera", "coffee", "chelsea", "astronaut", "brick", "grass")


def photograph(name: str, side: int = 256, *, colour: bool = False) -> Tensor:
    """Return the middle of a photograph, (1, 1 or 3, side, side) float64 in [0, 1]."""
    image = torch.from_numpy(getattr(data, name)()).double() / 255
    image = image.unsqueeze(-1) if image.ndim == 2 else image
    image = image if colour else image.mean(-1, keepdim=True)
    top, left = ((length - side) // 2 for length in image.shape[:2])
    return image[top : top + side, left : left + side].permute(2, 0, 1)[None].contiguous()


def normal(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """Return standard normal numbers in float64."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def noisy(x: Tensor, sigma: float = 0.1) -> Tensor:
    """Return the image with noise of one standard deviation, clipped to [0, 1]."""
    return (x + sigma * normal(x.shape)).clamp(0, 1)
