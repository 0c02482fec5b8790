r"""Wasserstein distances on a line, exact: from samples, from weighted points, from densities.

With F the distribution function of p and G that of q,

.. math:: W_1(p,q)=\int|F-G|\,\mathrm dx=\max_{\lVert f\rVert_L\le1}
    \mathbb E_p f-\mathbb E_q f,\qquad f'=-\operatorname{sign}(F-G)\ \text{at the maximum.}

:class:`Line` holds two distributions as masses at common points. Two sets of samples are that
already; two densities become it on a grid, with an error of the squared grid step.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

from gentutor.checks import check_number, check_tensor


def wasserstein_1d(
    x: Tensor,
    y: Tensor,
    *,
    x_weight: Tensor | None = None,
    y_weight: Tensor | None = None,
    order: float = 1.0,
) -> Tensor:
    r"""Wasserstein distance of two sets of numbers, from their quantile functions.

    .. math:: W_k=\Bigl(\int_0^1\bigl|F^{-1}(t)-G^{-1}(t)\bigr|^k\,\mathrm dt\Bigr)^{1/k}

    For equally many samples of equal weight this pairs the sorted x with the sorted y.

    Args:
        x: (..., N) floating point, in any order.
        y: (..., M); M need not equal N, the leading axes must.
        x_weight: (N,) or (..., N), >= 0, with a positive sum, which is scaled to 1; None for
            equal ones.
        y_weight: (M,) or (..., M).
        order: k >= 1.

    Returns:
        (...,) in the unit of x, >= 0; differentiable in x and y. Of samples, it is biased
        upwards: two sets from one distribution are about :math:`N^{-1/2}` apart.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN, infinity, or weights that are negative
            or all 0.

    Source: Peyré and Cuturi (2019), Computational Optimal Transport, remarks 2.28 and 2.30.

    >>> wasserstein_1d(torch.tensor([3.0, 0.0]), torch.tensor([1.0, 5.0]))  # 0 to 1, 3 to 5
    tensor(1.5000)
    >>> wasserstein_1d(torch.tensor([0.0]), torch.tensor([0.0, 2.0]), order=2)  # sqrt(4 / 2)
    tensor(1.4142)
    """
    check_tensor("x", x, (..., "N"))
    check_tensor("y", y, (*x.shape[:-1], "M"))
    check_number("order", order, low=1.0, strict=False)
    x, reached_x = _quantiles("x_weight", x, x_weight)
    y, reached_y = _quantiles("y_weight", y, y_weight)
    level = torch.cat([reached_x, reached_y], -1).sort(-1).values  # (..., N + M)
    share = level.diff(dim=-1, prepend=torch.zeros_like(level[..., :1]))
    apart = (_at(x, reached_x, level) - _at(y, reached_y, level)).abs()
    if order == 1:
        return (share.to(apart) * apart).sum(-1)
    return (share.to(apart) * apart**order).sum(-1) ** (1 / order)


def _quantiles(name: str, x: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return x in rising order and the distribution function there, in float64."""
    mass = _masses(name, x, weight)
    x, order = x.sort(-1)
    reached = mass.gather(-1, order).cumsum(-1)
    return x, reached / reached[..., -1:]  # 1 at the last point with a weight


def _masses(name: str, x: Tensor, weight: Tensor | None) -> Tensor:
    """Return weights that sum to 1, in the shape of x, in float64."""
    if weight is None:
        return torch.full_like(x, 1 / x.shape[-1], dtype=torch.float64)
    check_tensor(name, weight, (..., x.shape[-1]), low=0.0)
    total = weight.detach().double().sum(-1, keepdim=True)
    if bool((total <= 0).any()):
        raise ValueError(f"{name}: expected a positive sum, got 0")
    return (weight.detach().double() / total).expand(x.shape)


def _at(x: Tensor, reached: Tensor, level: Tensor) -> Tensor:
    """Return the quantiles of x at the levels in (0, 1]."""
    return x.gather(-1, torch.searchsorted(reached, level).clamp(max=x.shape[-1] - 1))


@dataclass(frozen=True)
class Line:
    """Two distributions on one line: masses at common points.

    Build it with :meth:`from_samples` or :meth:`from_densities`. p is the data, q the generator.

    Attributes:
        points: (N,) float64, strictly rising, N >= 2.
        p: (N,) masses >= 0 that sum to 1.
        q: (N,) the same.

    >>> line = Line.from_samples(torch.tensor([0.0]), torch.tensor([2.0]))
    >>> float(line.wasserstein), line.critic.tolist()  # falls from the data to the generator
    (2.0, [0.0, -2.0])
    """

    points: Tensor
    p: Tensor
    q: Tensor

    def __post_init__(self) -> None:
        check_tensor("points", self.points, ("N",), dtype=torch.float64)
        if len(self.points) < 2 or bool((self.points.diff() <= 0).any()):
            raise ValueError("points: expected at least two, in strictly rising order")
        for name, mass in (("p", self.p), ("q", self.q)):
            check_tensor(name, mass, (len(self.points),), dtype=torch.float64, low=0.0)
            if abs(float(mass.sum()) - 1) > 1e-9:
                raise ValueError(f"{name}: expected masses that sum to 1, got {float(mass.sum())}")

    @classmethod
    def from_samples(
        cls,
        x: Tensor,
        y: Tensor,
        *,
        x_weight: Tensor | None = None,
        y_weight: Tensor | None = None,
    ) -> Self:
        """Take samples x (N,) of p and y (M,) of q, or points of given weights.

        Arguments and errors as in :func:`wasserstein_1d`, without leading axes.
        """
        check_tensor("x", x, ("N",))
        check_tensor("y", y, ("M",))
        both = torch.cat([x.detach().double(), y.detach().double()])
        points, place = both.unique(return_inverse=True)
        empty = torch.zeros_like(points)
        p = empty.index_add(0, place[: len(x)], _masses("x_weight", x, x_weight))
        q = empty.index_add(0, place[len(x) :], _masses("y_weight", y, y_weight))
        if len(points) == 1:  # nothing to move, but a line needs two points
            points = torch.cat([points, points + 1])
            p, q = torch.cat([p, empty]), torch.cat([q, empty])
        return cls(points, p, q)

    @classmethod
    def from_densities(cls, p: Tensor, q: Tensor, grid: Tensor) -> Self:
        r"""Take the densities' values on a grid; mass = density times :math:`(x_{i+1}-x_{i-1})/2`.

        Args:
            p: (N,) floating point, >= 0, the data's density at the grid's points.
            q: (N,) the generator's.
            grid: (N,) strictly rising; it must hold all but 0.1 % of each distribution's mass,
                and its step must be small against their widths.

        Raises:
            TypeError, ValueError: as above, or a mass that is not 1.

        >>> x = torch.linspace(-8, 9, 1001).double()
        >>> normal = torch.distributions.Normal(torch.tensor(0.0).double(), 1.0)
        >>> p, q = normal.log_prob(x).exp(), normal.log_prob(x - 1).exp()
        >>> Line.from_densities(p, q, x).wasserstein  # a shift by 1
        tensor(1.0000, dtype=torch.float64)
        """
        check_tensor("grid", grid, ("N",))
        step = grid.detach().double().diff()
        cell = 0.5 * (torch.nn.functional.pad(step, (1, 0)) + torch.nn.functional.pad(step, (0, 1)))
        masses = []
        for name, density in (("p", p), ("q", q)):
            check_tensor(name, density, (len(grid),), low=0.0)
            mass = density.detach().double() * cell
            total = float(mass.sum())
            if abs(total - 1) > 1e-3:
                raise ValueError(
                    f"{name}: expected a density of mass 1 on the grid, got {total:.4g}; "
                    "take a wider or a finer grid"
                )
            masses.append(mass / total)
        return cls(grid.detach().double(), *masses)

    @property
    def length(self) -> Tensor:
        """(N - 1,) lengths of the intervals between neighbouring points."""
        return self.points.diff()

    @cached_property
    def cdf_gap(self) -> Tensor:
        """(N - 1,) F - G inside each interval, summed from the nearer end for its digits."""
        left = (self.p - self.q).cumsum(0)[:-1]
        right = (self.q - self.p).flip(0).cumsum(0).flip(0)[1:]
        in_left_half = (self.p + self.q).cumsum(0)[:-1] < 1
        return torch.where(in_left_half, left, right)

    @property
    def wasserstein(self) -> Tensor:
        r"""Scalar, :math:`W_1=\int|F-G|\,\mathrm dx`, exact for the masses."""
        return (self.length * self.cdf_gap.abs()).sum()

    @property
    def critic(self) -> Tensor:
        r"""(N,) an optimal critic (Kantorovich potential) at the points, 0 at the first.

        Piecewise linear, with slope :math:`-\operatorname{sign}(F-G)`. Where F = G any slope
        from -1 to 1 would do, and it is 0. Its :meth:`dual` equals :attr:`wasserstein`.
        """
        return self.integrate(-self.cdf_gap.sign())

    def integrate(self, slope: Tensor) -> Tensor:
        """Return the scores (N,) with this slope on each interval (N - 1,), 0 at the first."""
        check_tensor("slope", slope, (len(self.points) - 1,))
        return torch.nn.functional.pad((self.length * slope).cumsum(0), (1, 0))

    def dual(self, score: Tensor) -> Tensor:
        r"""Return :math:`\mathbb E_pf-\mathbb E_qf` for a critic's scores at the points (N,).

        At most K times :attr:`wasserstein` for any f of Lipschitz constant K. A constant added to
        f changes nothing.
        """
        return (self.p - self.q) @ check_tensor("score", score, (len(self.points),)).double()
