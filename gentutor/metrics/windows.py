"""The sliding window of SSIM: its weights, its border, and means over it."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from gentutor.checks import check_choice, check_int, check_number
from gentutor.metrics._fast.sliding import Slider, Taps, slide


@dataclass(frozen=True)
class Window:
    r"""A window that slides over an image, and what it does at the border.

    Attributes:
        shape: "gaussian" or "uniform".
        size: side in pixels, odd; or (height, width).
        sigma: standard deviation of the Gaussian in pixels; or one along each axis.
        border: "valid" keeps to windows inside the image, so a map has
            :math:`H - \mathrm{size} + 1` rows; "reflect" mirrors the image about its outermost
            pixels, so a map has :math:`H` rows and the border counts in its mean.
        sample: divide variances by :math:`(n - 1)/n` for the :math:`n` pixels of a window.

    The default is that of Wang et al. (2004).

    >>> [round(tap, 4) for tap in Window(size=3, sigma=0.5).taps(0, torch.float64)]
    [0.1065, 0.787, 0.1065]
    """

    shape: str = "gaussian"
    size: int | tuple[int, int] = 11
    sigma: float | tuple[float, float] = 1.5
    border: str = "valid"
    sample: bool = False

    def __post_init__(self) -> None:
        check_choice("shape", self.shape, ("gaussian", "uniform"))
        check_choice("border", self.border, ("valid", "reflect"))
        for name, value in (("size", self.size), ("sigma", self.sigma)):
            if isinstance(value, tuple | list) and (isinstance(value, list) or len(value) != 2):
                raise ValueError(
                    f"{name}: expected a number or a tuple (along height, along width), got {value}"
                )
        for size, sigma in zip(self.sides, _both(self.sigma), strict=True):
            check_number("sigma", sigma)
            if check_int("size", size) % 2 == 0:
                raise ValueError(f"size: expected an odd number of pixels, got {size}")
        if self.sample and self.sides == (1, 1):
            raise ValueError("size: expected more than one pixel for a sample variance, got 1")

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return _both(self.size)

    @property
    def correction(self) -> float:
        """The factor that turns a population variance into the one asked for."""
        n = self.sides[0] * self.sides[1]
        return n / (n - 1) if self.sample else 1.0

    def check_fits(self, x: Tensor, *, halved: int = 0, up: bool = False) -> None:
        """Raise ValueError if the images (..., H, W) of ``x`` are too small.

        Args:
            x: the images.
            halved: how often they will be halved before the window slides over them.
            up: halving rounds up, so that 11 pixels after four times need 161 in place of 176.
        """
        inside = self.border == "valid"
        for axis, side in zip((-2, -1), self.sides, strict=True):
            last = side if inside else side // 2 + 1
            least = ((last - 1) << halved) + 1 if up else last << halved
            if x.shape[axis] < least:
                raise ValueError(
                    f"x: expected images of at least {least} pixels a side for a window of "
                    f"{side}, got {x.shape[-2]} x {x.shape[-1]}"
                )

    def taps(self, axis: int, dtype: torch.dtype) -> list[float]:
        r"""Return the weights along the height (axis 0) or width (1), which sum to exactly 1.

        In float32 they are multiples of :math:`2^{-24}`. If they summed to :math:`1 + \delta`, a
        flat patch of brightness :math:`\mu` would get the variance :math:`-2 \delta \mu^2`.
        """
        return list(_taps(self.shape, self.sides[axis], _both(self.sigma)[axis], dtype))

    def extend(self, image: Tensor) -> Tensor:
        """Mirror (N, H, W) at its border, or return it as it is for border "valid"."""
        if self.border == "valid":
            return image
        (h, w) = (side // 2 for side in self.sides)
        return functional.pad(image, (w, w, h, h), mode="reflect")

    def mean(self, image: Tensor) -> Tensor:
        """Return the weighted mean of (..., H, W) at every position of the window."""
        return slide(image, self._both_taps(image.dtype))

    def slider(self, shape: Sequence[int], like: Tensor) -> Slider:
        """Return what computes such means of many images of ``shape`` in the same memory."""
        return Slider(shape, self._both_taps(like.dtype), like)

    def _both_taps(self, dtype: torch.dtype) -> Taps:
        return tuple(self.taps(0, dtype)), tuple(self.taps(1, dtype))


@functools.cache
def _taps(shape: str, size: int, sigma: float, dtype: torch.dtype) -> tuple[float, ...]:
    offset = torch.arange(size, dtype=torch.float64) - size // 2
    weight = torch.ones_like(offset)
    if shape == "gaussian":
        weight = torch.exp(-0.5 * (offset / sigma) ** 2)
    weight /= weight.sum()
    if dtype == torch.float32:
        weight = (weight * 2**24).round() / 2**24
        weight[size // 2] += 1 - weight.sum()
    return tuple(weight.tolist())


def _both(value: Any) -> tuple[Any, Any]:
    return value if isinstance(value, tuple) else (value, value)


WANG = Window()
