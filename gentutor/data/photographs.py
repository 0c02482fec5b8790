"""Photographs that ship in scikit-image: what the image metrics are tried on."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gentutor.checks import check_choice, check_int

GREY = ("brick", "camera", "coins", "grass", "gravel", "moon", "page", "text")
COLOUR = ("astronaut", "chelsea", "coffee", "rocket")
NAMES = (*COLOUR, *GREY)


@dataclass(frozen=True)
class Crops:
    """Random square crops of several photographs.

    Attributes:
        x: (N, 3, size, size) float32 in [0, 1].
        source: (N,) int64, the place of the photograph in the names that were asked for.
    """

    x: Tensor
    source: Tensor


def photograph(name: str, side: int = 256, *, grey: bool = False) -> Tensor:
    """Return the middle of a photograph.

    Args:
        name: one of ``photographs.NAMES``: astronaut, chelsea (a cat), coffee and rocket are in
            colour, brick, camera, coins, grass, gravel, moon, page and text are grey.
        side: height and width of the square, in pixels, at most what the photograph has.
        grey: average the colours. A grey photograph has one channel in any case.

    Returns:
        (1, C, side, side) float64 in [0, 1], C = 3 or 1.

    Raises:
        ValueError: an unknown name, or a side that the photograph does not have.
        ModuleNotFoundError: without scikit-image (``pip install "gentutor[book]"``).

    >>> photograph("coffee", 64).shape, photograph("coffee", 64, grey=True).shape
    (torch.Size([1, 3, 64, 64]), torch.Size([1, 1, 64, 64]))
    """
    image = _whole(name)
    check_int("side", side, high=min(image.shape[-2:]))
    top, left = ((length - side) // 2 for length in image.shape[-2:])
    middle = image[:, top : top + side, left : left + side]
    middle = middle.mean(0, keepdim=True) if grey else middle
    return middle[None].contiguous()


def crops(n: int = 512, size: int = 64, *, names: tuple[str, ...] = COLOUR, seed: int = 0) -> Crops:
    """Return random crops, as many of every photograph, in turn.

    Args:
        n: number of crops.
        size: height and width of a crop in pixels.
        names: the photographs; a grey one is repeated over three channels.
        seed: of the places where it is cut.

    >>> some = crops(6, 32, names=("coffee", "brick"))
    >>> some.x.shape, some.source.tolist()
    (torch.Size([6, 3, 32, 32]), [0, 1, 0, 1, 0, 1])
    """
    check_int("n", n)
    images = [_whole(name).expand(3, -1, -1).float() for name in names]
    check_int("size", size, high=min(min(image.shape[-2:]) for image in images))
    generator = np.random.default_rng(seed)
    found = []
    for i in range(n):
        image = images[i % len(images)]
        top, left = (int(generator.integers(0, s - size + 1)) for s in image.shape[-2:])
        found.append(image[:, top : top + size, left : left + size])
    return Crops(torch.stack(found), torch.arange(n) % len(names))


def _whole(name: str) -> Tensor:
    """Return a whole photograph, (C, H, W) float64 in [0, 1]."""
    check_choice("name", name, NAMES)
    try:
        from skimage import data
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'photographs ship in scikit-image: pip install "gentutor[book]"'
        ) from error
    image = torch.from_numpy(np.array(getattr(data, name)())).double() / 255
    return image[None] if image.ndim == 2 else image.permute(2, 0, 1)
