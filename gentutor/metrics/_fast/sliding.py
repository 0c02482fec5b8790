"""Weighted sums under a sliding window: of shifted copies, or by matrix products where faster."""

import functools
import math
from collections.abc import Sequence

import torch
from torch import Tensor

Taps = tuple[tuple[float, ...], tuple[float, ...]]


def slide(image: Tensor, taps: Taps) -> Tensor:
    r"""Return :math:`\sum_{ij} u_i v_j\, x_{h + i,\, w + j}` for every h and w, with gradients.

    Args:
        image: x (..., H, W), floating-point.
        taps: u down the columns and v along the rows.

    Returns:
        (..., H - len(u) + 1, W - len(v) + 1).

    >>> slide(torch.arange(12.0).view(3, 4), ((1, 1), (1, 0, -1)))
    tensor([[-4., -4.],
            [-4., -4.]])
    """
    for axis, weights in zip((-2, -1), taps, strict=True):
        (first, weight), *rest = _shifted(image, weights, axis)
        image = first * weight
        for copy, weight in rest:
            image.add_(copy, alpha=weight)
    return image


class Slider:
    """What :func:`slide` returns, for one image after another, in memory that is written again.

    Fresh memory for every result would cost more than the sums.

    Attributes:
        image: (..., H, W); write here what is to be summed, then call the slider.
        sums: (..., H', W'), the answer; it is yours to overwrite.

    >>> slider = Slider((3, 4), ((1, 1), (1, 0, -1)), torch.zeros(()))
    >>> _ = slider.image.copy_(torch.arange(12.0).view(3, 4))
    >>> slider()
    tensor([[-4., -4.],
            [-4., -4.]])
    """

    def __init__(self, shape: Sequence[int], taps: Taps, like: Tensor) -> None:
        """Make room for images of ``shape``, with the dtype and device of ``like``."""
        (*many, height, width), size = shape, math.prod(shape)
        down, along = taps
        kept = (height - len(down) + 1, width - len(along) + 1)
        self._steps: list[_Shifts | _Products]
        if _products_suit(shape, taps, like):
            spare = _tile(down) * width  # the last tile ends in there
            flat = [like.new_zeros(size + spare) for _ in range(3)]
            self.image, sums = (buffer[:size].view(*shape) for buffer in (flat[0], flat[2]))
            self.sums = sums[..., : kept[0], : kept[1]]
            self._steps = [
                _Products(flat[0], flat[1], down, size, width),
                _Products(flat[1], flat[2], along, size, 1),
            ]
        else:
            self.image, columns = like.new_empty(shape), like.new_empty((*many, kept[0], width))
            self.sums = like.new_empty((*many, *kept))
            self._steps = [
                _Shifts(self.image, columns, down, -2),
                _Shifts(columns, self.sums, along, -1),
            ]

    def __call__(self) -> Tensor:
        """Sum over the image and return ``sums``."""
        for step in self._steps:
            step()
        return self.sums


def _products_suit(shape: Sequence[int], taps: Taps, like: Tensor) -> bool:
    """Tell whether matrix products are exact enough, and faster than adding shifted copies.

    They take a time that does not depend on the window. Shifted copies take one addition per tap
    and position that is kept, and are as fast at about six per pixel. No products where they might
    round to 8 or 11 bits, as ``torch.set_float32_matmul_precision`` allows them to.
    """
    if like.dtype != torch.float32 or not like.is_cpu or not _float32_is_kept():
        return False
    (height, width), (down, along) = shape[-2:], map(len, taps)
    kept = (height - down + 1) / height * (width - along + 1) / width
    return (down + along) / 2 * kept >= 6


def _float32_is_kept() -> bool:
    matmul = getattr(torch.backends.mkldnn, "matmul", None)
    if matmul is None:  # torch 2.8 and older
        return torch.get_float32_matmul_precision() == "highest"
    return matmul.fp32_precision in ("none", "ieee")


def _less_one(weights: Sequence[float]) -> list[float]:
    """Return the weights with the middle one less by 1.

    They give what a mean differs by from the middle pixel, which is added last. So rounding does
    not grow with brightness, and a flat patch keeps its own but for the last bit at most.
    """
    middle = (len(weights) - 1) // 2
    return [weight - (k == middle) for k, weight in enumerate(weights)]


def _shifted(image: Tensor, weights: Sequence[float], axis: int) -> list[tuple[Tensor, float]]:
    """Return the copies of ``image`` to add, and their weights."""
    length = image.shape[axis] - len(weights) + 1
    terms = [(image.narrow(axis, k, length), w) for k, w in enumerate(_less_one(weights))]
    return [*terms, (image.narrow(axis, (len(weights) - 1) // 2, length), 1.0)]


class _Shifts:
    """Adds shifted copies: on a CPU, several times as fast as a convolution with one channel."""

    def __init__(self, source: Tensor, target: Tensor, weights: Sequence[float], axis: int) -> None:
        (self.first, self.weight), *self.rest = _shifted(source, weights, axis)
        self.target = target

    def __call__(self) -> None:
        torch.mul(self.first, self.weight, out=self.target)
        for copy, weight in self.rest:
            self.target.add_(copy, alpha=weight)


class _Products:
    """Multiplies tiles by a matrix that holds the taps in each row, every row a step further.

    All images together are one tall image for the sums down the columns, and one long row for
    those along the rows. Where the window reaches from one image or row into the next, the sums
    mean nothing, and nobody reads them.
    """

    def __init__(
        self, source: Tensor, target: Tensor, weights: tuple[float, ...], size: int, step: int
    ) -> None:
        """Sum over numbers ``step`` apart, of the first ``size`` in the flat ``source``."""
        t = _tile(weights) // (2 if step > 1 else 1)  # the faster one
        band = _band(weights, t)  # (t, k)
        k = band.shape[1]
        tiles = math.ceil((size // step - (k - t)) / t)
        if step > 1:
            strides = (t * step, step, 1)
            of = source.as_strided((tiles, k, step), strides)
            to = target.as_strided((tiles, t, step), strides)
            self.products = [(torch.bmm, band.expand(tiles, t, k), of, to)]
        else:
            self.products = []
            for odd in (0, 1):  # every other tile: k < 2 t, and rows of a matrix may not overlap
                rows = (tiles + 1 - odd) // 2
                of = source[odd * t :].as_strided((rows, k), (2 * t, 1))
                to = target[odd * t :].as_strided((rows, t), (2 * t, 1))
                self.products.append((torch.mm, of, band.T, to))
        first, count = (k - t) // 2 * step, tiles * t * step
        self.middle, self.target = source[first : first + count], target[:count]

    def __call__(self) -> None:
        for product, a, b, out in self.products:
            product(a, b, out=out)
        self.target.add_(self.middle)


def _tile(weights: Sequence[float]) -> int:
    return math.ceil(len(weights) / 16) * 16


@functools.cache
def _band(weights: tuple[float, ...], t: int) -> Tensor:
    """Return the float32 matrix (t, t + taps - 1) whose row i holds the weights from column i on.

    >>> _band((0.25, 0.5, 0.25), 2)
    tensor([[ 0.2500, -0.5000,  0.2500,  0.0000],
            [ 0.0000,  0.2500, -0.5000,  0.2500]])
    """
    row = torch.tensor(_less_one(weights) + [0.0] * t, dtype=torch.float32, device="cpu")
    return row.repeat(t)[: t * (len(row) - 1)].view(t, -1)  # its rows are shorter by one
