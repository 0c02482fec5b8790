"""Weighted sums under a sliding window, by the faster of two routes."""

import functools
from typing import Any

import torch
from torch import Tensor

TILE = 16  # sums that one row of a matrix product gives are a multiple of this


class Workspace:
    """Named buffers that are written again and again: fresh memory costs more than the sums.

    Its answers are meant for torch's argument ``out``. An idle workspace answers None, so that
    results are fresh tensors, as gradients need them.

    >>> work, x = Workspace(), torch.zeros(2, 3)
    >>> work("total", x) is work("total", x + 1), Workspace(idle=True)("total", x)
    (True, None)
    """

    def __init__(self, *, idle: bool = False) -> None:
        self.idle = idle
        self.buffers: dict[tuple[Any, ...], Tensor] = {}

    def __call__(self, name: str, like: Tensor) -> Tensor | None:
        """Return the buffer of this name, or None if idle."""
        return None if self.idle else self.buffer(name, like)

    def buffer(self, name: str, like: Tensor) -> Tensor:
        """Return the buffer of this name with the shape and dtype of ``like``; it begins as 0."""
        key = (name, like.shape, like.dtype)
        if key not in self.buffers:
            self.buffers[key] = torch.zeros_like(like, memory_format=torch.contiguous_format)
        return self.buffers[key]

    def over(self, used: Tensor) -> Tensor | None:
        """Return ``used``, a buffer whose values are no longer needed."""
        return None if self.idle else used


Taps = tuple[tuple[float, ...], tuple[float, ...]]


def slide(image: Tensor, taps: Taps, work: Workspace, name: str) -> Tensor:
    r"""Return :math:`\sum_{ij} u_i v_j\, x_{h + i,\, w + j}` for every h and w.

    Args:
        image: x (..., H, W), floating-point and contiguous.
        taps: u down the columns and v along the rows.
        work: buffers for the result, which is the one called ``name``, and for the way to it; if
            idle, the result has gradients.
        name: of the result.

    Returns:
        (..., H - len(u) + 1, W - len(v) + 1).

    >>> image = torch.arange(12.0).view(1, 3, 4)
    >>> slide(image, ((1, 1), (1, 0, -1)), Workspace(idle=True), "sums")
    tensor([[[-4., -4.],
             [-4., -4.]]])
    """
    route = _by_products if not work.idle and _suits_products(image, taps) else _by_shifts
    return route(image, taps, work, name)


def _by_shifts(image: Tensor, taps: Taps, work: Workspace, name: str) -> Tensor:
    """Add shifted copies, those of small weight first, which keeps the rounding small.

    On a CPU this is several times as fast as a convolution with one channel.
    """
    for axis, buffer in ((0, "columns"), (1, name)):
        weights = taps[axis]
        middle, length = len(weights) // 2, image.shape[axis - 2] - len(weights) + 1
        first, *rest = sorted(range(len(weights)), key=lambda k: -abs(k - middle))
        start = image.narrow(axis - 2, first, length)
        total = torch.mul(start, weights[first], out=work(buffer, start))
        for k in rest:
            total.add_(image.narrow(axis - 2, k, length), alpha=weights[k])
        image = total
    return image


def _suits_products(image: Tensor, taps: Taps) -> bool:
    """Tell whether matrix products are exact enough here, and faster than shifted copies.

    They take a time that does not depend on the window. Shifted copies take one addition per tap
    and position that is kept, and are as fast at about six per pixel. No products where they might
    round to 8 or 11 bits, as ``torch.set_float32_matmul_precision`` allows them to.
    """
    precision = torch.backends.mkldnn.matmul.fp32_precision  # type: ignore[attr-defined]
    if image.dtype != torch.float32 or not image.is_cpu or precision not in ("none", "ieee"):
        return False
    (down, along), (height, width) = map(len, taps), image.shape[-2:]
    kept = (height - down + 1) / height * (width - along + 1) / width
    return (down + along) / 2 * kept >= 6


def _by_products(image: Tensor, taps: Taps, work: Workspace, name: str) -> Tensor:
    """Multiply tiles by a matrix that holds the taps in each row, every row a step further.

    All images together are one tall image here, and then one long row. Where the window reaches
    from one image or row into the next, the sums mean nothing; the result leaves them out. Nothing
    fills the last rows of "columns": they stay 0, since tiles meet them with weight 0.
    """
    columns, sums = work.buffer("columns", image), work.buffer(name, image)
    height, width = image.shape[-2:]
    _down(image.view(-1, width), _band(taps[0]), columns.view(-1, width))
    _along(columns.view(-1), _band(taps[1]), sums.view(-1))
    return sums[..., : height - len(taps[0]) + 1, : width - len(taps[1]) + 1]


@functools.cache
def _band(weights: tuple[float, ...]) -> Tensor:
    """Return the float32 matrix (t, t + taps - 1) whose row i holds the weights from column i on.

    The middle one is less by 1: the product is what a mean differs by from the middle pixel, which
    is added last. So a flat patch keeps its brightness, but for the last bit at most.

    >>> _band((0.25, 0.5, 0.25))[:2, :4]
    tensor([[ 0.2500, -0.5000,  0.2500,  0.0000],
            [ 0.0000,  0.2500, -0.5000,  0.2500]])
    """
    t = -(-len(weights) // TILE) * TILE
    row = torch.tensor(weights + (0.0,) * t)  # one longer than a row of the matrix
    row[(len(weights) - 1) // 2] -= 1
    return row.repeat(t)[: t * (len(row) - 1)].view(t, -1)


def _down(image: Tensor, band: Tensor, out: Tensor) -> None:
    """Write the sums over windows of rows of ``image`` (R, W) into the first rows of ``out``."""
    (t, k), width = band.shape, image.shape[1]
    full, rest = divmod(len(image) - (k - t), t)
    tiles = image.as_strided((full, k, width), (t * width, width, 1))
    torch.bmm(band.expand(full, t, k), tiles, out=out[: full * t].view(full, t, width))
    last = image[full * t :]
    torch.mm(band[:rest, : len(last)], last, out=out[full * t : full * t + rest])
    _add_middle(image, k - t, out)


def _along(row: Tensor, band: Tensor, out: Tensor) -> None:
    """Write the sums over windows of ``row`` (L,) into the first entries of ``out`` (L,)."""
    t, k = band.shape
    full, rest = divmod(len(row) - (k - t), t)
    for odd in (0, 1):  # every other tile, because rows of a matrix may not overlap
        count, start = (full + 1 - odd) // 2, odd * t
        tiles = row[start:].as_strided((count, k), (2 * t, 1))
        torch.mm(tiles, band.T, out=out[start:].as_strided((count, t), (2 * t, 1)))
    last = row[full * t :]
    torch.mv(band[:rest, : len(last)], last, out=out[full * t : full * t + rest])
    _add_middle(row, k - t, out)


def _add_middle(image: Tensor, border: int, out: Tensor) -> None:
    count = len(image) - border
    out[:count].add_(image[border // 2 : border // 2 + count])
