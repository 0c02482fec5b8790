r"""Densities in the plane whose every sample can be scored: mixtures and noisy curves.

Both are Gaussians of one standard deviation :math:`\sigma` around random places, so that

.. math:: p(x)=\int\mathcal N(x;\,c,\,\sigma^2I_2)\,\mathrm d\pi(c),

a finite sum over the centres of a mixture and an integral along the arms of a curve.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from gentutor.checks import check_int, check_number, check_tensor

ORDER = 16  # Gauss–Legendre nodes in a panel of a curve
PANEL = 4.0  # its greatest length, in standard deviations
BLOCK = 2**16  # pairs of a point and a centre that are held at a time


@dataclass(frozen=True)
class Mixture:
    r"""Equally likely round Gaussians; build one with :func:`ring` or :func:`grid`.

    .. math:: p(x)=\frac1K\sum_{k=1}^K\mathcal N(x;\,c_k,\,\sigma^2I_D)

    Attributes:
        centres: (K, D) floating point, all different; D is 2 in a plane, 1 on a line.
        sd: :math:`\sigma > 0`, in the units of x.

    >>> pair = Mixture(torch.tensor([[-1.0, 0.0], [1.0, 0.0]]), sd=0.1)
    >>> x = pair.sample(1000, torch.Generator().manual_seed(0))
    >>> x.shape, x.dtype
    (torch.Size([1000, 2]), torch.float32)
    >>> pair.log_density(torch.tensor([[1.0, 0.0]]))  # -log 2 - log(2 pi 0.01)
    tensor([2.0741])
    """

    centres: Tensor
    sd: float

    def __post_init__(self) -> None:
        check_tensor("centres", self.centres, ("K", "D"))
        check_number("sd", self.sd)
        different = len(self.centres.unique(dim=0))
        if different < len(self.centres):
            raise ValueError(
                f"centres: expected {len(self.centres)} different places, got {different}"
            )

    def sample(
        self, n: int, generator: torch.Generator, *, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Draw n points: (n, D). Equal states of the generator give equal points.

        Raises:
            TypeError, ValueError: n below 1, no generator, or a dtype that is not floating.
        """
        _check_draw(n, generator, dtype)
        mode = torch.randint(len(self.centres), (n,), generator=generator)
        return _blur(self.centres.to(dtype).index_select(0, mode), self.sd, generator, dtype)

    def log_density(self, x: Tensor) -> Tensor:
        """Exact log p(x) in nats: (...) for x (..., D), in the dtype of x and differentiable."""
        count = len(self.centres)
        even = torch.full((count,), -math.log(count), dtype=torch.float64)
        return _log_density(x, self.centres, even, self.sd)


@dataclass(frozen=True)
class Curves:
    r"""Noise around arms of a plane curve; build it with :func:`spirals` and the like.

    .. math:: x=c_a(t)+\sigma\varepsilon,\qquad t=t_0+(t_1-t_0)\,u^{1/p},\quad u\sim U(0,1),
        \quad\varepsilon\sim\mathcal N(0,I_2)

    with the arm a drawn evenly. p = 1 spreads t evenly; p = 2 spreads points about evenly along
    a spiral, whose arms grow longer with t.

    Attributes:
        path: the arms, from t (M,) to points (A, M, 2).
        start: :math:`t_0`.
        end: :math:`t_1 > t_0`.
        sd: :math:`\sigma > 0`, in the units of x.
        power: p, a positive integer.

    >>> stick = Curves(lambda t: torch.stack([t, 0 * t], -1)[None], 0.0, 1.0, sd=0.1)
    >>> stick.log_density(torch.tensor([[0.5, 0.0]]))  # log N(0; 0, 0.01): the ends are far
    tensor([1.3836])
    """

    path: Callable[[Tensor], Tensor]
    start: float
    end: float
    sd: float
    power: int = 1

    def __post_init__(self) -> None:
        check_number("start", self.start, low=-math.inf)
        check_number("end", self.end, low=self.start)
        check_number("sd", self.sd)
        check_int("power", self.power)
        check_tensor("path(t)", self.path(torch.ones(3) * self.start), ("A", 3, 2))

    def sample(
        self, n: int, generator: torch.Generator, *, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Draw n points: (n, 2). Arguments and errors as in :meth:`Mixture.sample`."""
        _check_draw(n, generator, dtype)
        u = torch.rand(n, generator=generator, dtype=torch.float64)
        arms = self.path(self._time(u ** (1 / self.power)))  # (A, n, 2)
        arm = torch.randint(len(arms), (n,), generator=generator)
        return _blur(arms[arm, torch.arange(n)], self.sd, generator, dtype)

    def log_density(self, x: Tensor) -> Tensor:
        r"""Return log p(x) in nats by quadrature: (...) for x (..., 2), in the dtype of x.

        The integral over t is taken by Gauss–Legendre rules of 16 nodes on panels of at most four
        standard deviations of arc. In float64 the result is within 1e-9 of the exact one up to
        ten standard deviations from the curve. Differentiable.
        """
        return _log_density(x, *self._nodes, self.sd)

    def _time(self, s: Tensor) -> Tensor:
        return self.start + (self.end - self.start) * s

    @cached_property
    def _nodes(self) -> tuple[Tensor, Tensor]:
        """Places on the arms (M, 2) and the logarithms of their weights (M,)."""
        fine = self.path(self._time(torch.linspace(0, 1, 4097, dtype=torch.float64)))
        longest = float(fine.diff(dim=1).norm(dim=-1).max()) * 4096  # arc per unit of s
        panels = math.ceil(longest / (PANEL * self.sd))
        node, weight = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(ORDER))
        s = (torch.arange(panels)[:, None] + (node + 1) / 2).flatten() / panels
        places = self.path(self._time(s))  # (A, M, 2)
        share = self.power * s ** (self.power - 1) * weight.repeat(panels) / (2 * panels)
        return places.flatten(0, 1), (share / len(places)).log().repeat(len(places))


def _check_draw(n: int, generator: torch.Generator, dtype: torch.dtype) -> None:
    check_int("n", n)
    if not isinstance(generator, torch.Generator):
        raise TypeError(f"generator: expected a torch.Generator, got {type(generator).__name__}")
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype: expected a floating-point dtype, got {dtype}")


def _blur(places: Tensor, sd: float, generator: torch.Generator, dtype: torch.dtype) -> Tensor:
    noise = torch.randn(places.shape, generator=generator, dtype=dtype)
    return noise.mul_(sd).add_(places.to(dtype))


def _log_density(x: Tensor, centres: Tensor, log_weights: Tensor, sd: float) -> Tensor:
    dim = centres.shape[1]
    check_tensor("x", x, (..., dim))
    columns, log_weights = centres.to(x).mT, log_weights.to(x)
    parts = []
    for part in x.reshape(-1, dim).split(max(1, BLOCK // len(centres))):
        squares = torch.zeros(1).to(x)
        for i, column in enumerate(columns):
            squares = squares + (part[:, i : i + 1] - column).square()
        parts.append((log_weights - squares / (2 * sd**2)).logsumexp(-1))
    return torch.cat(parts).reshape(x.shape[:-1]) - dim / 2 * math.log(2 * math.pi * sd**2)


def ring(modes: int = 8, *, radius: float = 2.0, sd: float = 0.1) -> Mixture:
    """Return Gaussians evenly spaced on a circle, the first at (radius, 0), counter-clockwise.

    >>> ring(4).centres.round(decimals=3).abs()
    tensor([[2., 0.],
            [0., 2.],
            [2., 0.],
            [0., 2.]], dtype=torch.float64)
    """
    angle = torch.arange(check_int("modes", modes), dtype=torch.float64) * (2 * math.pi / modes)
    circle = torch.stack([angle.cos(), angle.sin()], -1)
    return Mixture(check_number("radius", radius) * circle, sd)


def grid(side: int = 5, *, spacing: float = 2.0, sd: float = 0.05) -> Mixture:
    """Return Gaussians on a square grid around the origin: row by row, from below on the left.

    >>> grid(2).centres.tolist()
    [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    steps = torch.arange(check_int("side", side), dtype=torch.float64) - (side - 1) / 2
    return Mixture(
        check_number("spacing", spacing) * torch.cartesian_prod(steps, steps).flip(1), sd
    )


def swiss_roll(*, sd: float = 0.1) -> Curves:
    r"""Return the roll seen along its axis, a fifth of the usual size: about 5 units across.

    .. math:: c(t)=\tfrac t5(\cos t,\sin t),\qquad t\sim U(\tfrac32\pi,\tfrac92\pi)

    Source: Marsland (2009), Machine Learning: An Algorithmic Perspective; five times this one is
    ``sklearn.datasets.make_swiss_roll`` without its middle coordinate.
    """
    return Curves(
        lambda t: (t / 5 * torch.stack([t.cos(), t.sin()])).mT[None],
        1.5 * math.pi,
        4.5 * math.pi,
        sd,
    )


def two_moons(*, sd: float = 0.1) -> Curves:
    r"""Return two half circles of radius 1 that reach into each other.

    .. math:: c_1(t)=(\cos t,\sin t),\qquad c_2(t)=(1-\cos t,\tfrac12-\sin t),\qquad t\sim U(0,\pi)

    As ``sklearn.datasets.make_moons`` has them.
    """

    def path(t: Tensor) -> Tensor:
        upper = torch.stack([t.cos(), t.sin()], -1)
        return torch.stack([upper, upper.new_tensor([1.0, 0.5]) - upper])

    return Curves(path, 0.0, math.pi, sd)


def spirals(arms: int = 2, *, sd: float = 0.1) -> Curves:
    r"""Return spirals of one and a half turns each from the origin out to radius 3.

    .. math:: c_a(t)=\tfrac t\pi\big(\cos(t+\tfrac{2\pi a}A),\sin(t+\tfrac{2\pi a}A)\big),
        \qquad t=3\pi\sqrt u,\quad u\sim U(0,1)

    Two arms pose the classical two-spirals problem of Lang and Witbrock (1988).
    """
    turn = torch.arange(check_int("arms", arms), dtype=torch.float64)[:, None] * (
        2 * math.pi / arms
    )

    def path(t: Tensor) -> Tensor:
        angle = t + turn.to(t)
        return t[:, None] / math.pi * torch.stack([angle.cos(), angle.sin()], -1)

    return Curves(path, 0.0, 3 * math.pi, sd, power=2)
