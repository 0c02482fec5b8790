"""Sets of crops of photographs, each spoilt in one way: what the metrics are tried on."""

import io
import math

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from gentutor.data import crops

SIZE, MARGIN = 64, 16  # pixels; a crop is cut wider and trimmed after it was moved
OTHERS = ("brick", "grass", "gravel", "moon")  # photographs of another domain
PAIRED = ("shift", "rotation", "mirror", "blur", "noise", "JPEG", "contrast")
"""Distortions of one image at a time: each result has the original it was made from."""


def sets(n: int = 512) -> dict[str, Tensor]:
    """Return the sets by name, each (n, 3, 64, 64) float32 in [0, 1].

    ``real`` and ``fresh`` are two draws from the same four photographs. Every set of ``PAIRED`` is
    ``fresh``, distorted: moved 4 pixels to the right and down, turned by 10 degrees, mirrored,
    blurred (Gaussian, 1.5 pixels), with noise (0.08), as JPEG of quality 10, with its contrast
    halved. ``two modes`` draws from two of the photographs, ``other domain`` from four others.

    >>> made = sets(8)
    >>> len(made), made["blur"].shape, torch.equal(made["mirror"].flip(-1), made["fresh"])
    (11, torch.Size([8, 3, 64, 64]), True)
    """
    wide = crops(n, SIZE + 2 * MARGIN, seed=1).x
    fresh = trim(wide)
    noise = torch.randn(fresh.shape, generator=torch.Generator().manual_seed(2))
    return {
        "real": trim(crops(n, SIZE + 2 * MARGIN, seed=0).x),
        "fresh": fresh,
        "shift": trim(wide.roll((4, 4), (-2, -1))),
        "rotation": trim(rotate(wide, 10)),
        "mirror": fresh.flip(-1),
        "blur": trim(blur(wide, 1.5)),
        "noise": (fresh + 0.08 * noise).clamp(0, 1),
        "JPEG": jpeg(fresh, 10),
        "contrast": 0.5 + 0.5 * (fresh - 0.5),
        "two modes": trim(crops(n, SIZE + 2 * MARGIN, names=("chelsea", "coffee"), seed=3).x),
        "other domain": trim(crops(n, SIZE + 2 * MARGIN, names=OTHERS, seed=4).x),
    }


def trim(x: Tensor) -> Tensor:
    """Cut the margin away."""
    return x[..., MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous()


def rotate(x: Tensor, degrees: float) -> Tensor:
    """Turn square images about their middle, by bilinear interpolation.

    >>> x = torch.rand(1, 1, 4, 4)
    >>> torch.allclose(rotate(x, 90), x.rot90(1, (-2, -1)), atol=1e-5)
    True
    """
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = torch.tensor([[c, -s, 0], [s, c, 0]]).expand(len(x), -1, -1)
    places = functional.affine_grid(turn, list(x.shape), align_corners=False)
    return functional.grid_sample(x, places, padding_mode="reflection", align_corners=False)


def blur(x: Tensor, sd: float) -> Tensor:
    """Blur images (N, C, H, W) by a Gaussian of that many pixels, reflected at the edges.

    >>> float(blur(torch.ones(1, 1, 9, 9), 1.0).std()) < 1e-6
    True
    """
    reach = math.ceil(3 * sd)
    taps = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sd) ** 2).to(x)
    taps = (taps / taps.sum()).expand(x.shape[1], 1, 1, -1)
    x = functional.pad(x, (reach,) * 4, mode="reflect")
    x = functional.conv2d(x, taps, groups=x.shape[1])
    return functional.conv2d(x, taps.mT, groups=x.shape[1])


def jpeg(x: Tensor, quality: int) -> Tensor:
    """Store colour images (N, 3, H, W) in [0, 1] as JPEG and read them back."""
    found = []
    for image in x:
        stored = io.BytesIO()
        pixels = (255 * image).round().byte().permute(1, 2, 0).numpy()
        Image.fromarray(pixels).save(stored, "JPEG", quality=quality)
        found.append(torch.from_numpy(np.array(Image.open(stored))).permute(2, 0, 1))
    return torch.stack(found).float() / 255
