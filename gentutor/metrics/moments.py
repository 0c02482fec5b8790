"""Mean and covariance of features that arrive in batches, merged without loss."""

from typing import Self

import torch
from torch import Tensor

from gentutor.checks import check_tensor

ROWS = 4096  # taken at a time: a float64 copy of 4,096 x 2,048 features is 67 MB


class Moments:
    r"""Count, mean and centred scatter of the rows seen so far, in float64.

    Two parts merge exactly, in any order (Chan, Golub and LeVeque, 1983, equation 2.1):

    .. math::
        \mu = \mu_a + \tfrac{n_b}{n}\,\delta, \qquad
        S = S_a + S_b + \tfrac{n_a n_b}{n}\,\delta\delta^\top, \qquad \delta = \mu_b - \mu_a

    The scatter :math:`S=\sum_i(x_i-\mu)(x_i-\mu)^\top` stays accurate where the raw moments
    :math:`\sum x x^\top - n\mu\mu^\top` cancel: features with a mean far above their spread.

    >>> moments = Moments().update(torch.tensor([[0.0], [2.0]])).update(torch.tensor([[4.0]]))
    >>> moments.count, moments.mean.item(), moments.covariance.item()
    (3, 2.0, 4.0)
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.count = 0
        self.mean = torch.zeros(0, dtype=torch.float64)  # (D,)
        self.scatter = torch.zeros(0, 0, dtype=torch.float64)  # (D, D)

    def update(self, features: Tensor, *, name: str = "features") -> Self:
        """Take in features (N, D) of any floating-point dtype; ``name`` is for error messages."""
        check_tensor(name, features, ("N", len(self.mean) if self.count else "D"))
        work = torch.empty(min(ROWS, len(features)), features.shape[1], dtype=torch.float64)
        for part in features.detach().split(ROWS):
            rows = work[: len(part)].copy_(part)
            mean = rows.mean(0)
            centred = rows.sub_(mean).numpy()
            # NumPy sees that both factors are one matrix, and does half the work.
            self._add(len(part), mean, torch.from_numpy(centred.T @ centred))
        return self

    def merge(self, other: "Moments") -> Self:
        """Take in what ``other`` has seen; ``other`` stays as it is."""
        check_same_width(self, other)
        if self.count and other.count:
            self._add(other.count, other.mean, other.scatter)
        elif other.count:
            self._add(other.count, other.mean.clone(), other.scatter.clone())
        return self

    def _add(self, count: int, mean: Tensor, scatter: Tensor) -> None:
        if not self.count:
            self.count, self.mean, self.scatter = count, mean, scatter
            return
        total = self.count + count
        delta = mean - self.mean
        self.scatter += scatter
        self.scatter.addr_(delta, delta, alpha=self.count * count / total)
        self.mean += (count / total) * delta
        self.count = total

    @property
    def covariance(self) -> Tensor:
        """Unbiased covariance (D, D): the scatter over ``count - 1``.

        Raises:
            ValueError: fewer than two rows were seen.
        """
        return self.scatter / (self._enough() - 1)

    @property
    def total_variance(self) -> Tensor:
        """Trace of the covariance, a scalar.

        Raises:
            ValueError: fewer than two rows were seen.
        """
        return self.scatter.trace() / (self._enough() - 1)

    def _enough(self) -> int:
        if self.count < 2:
            raise ValueError(f"features: expected at least 2 samples, got {self.count}")
        return self.count


def check_same_width(*parts: Moments) -> None:
    """Raise ValueError unless all parts that have seen something saw equally many features."""
    widths = [len(part.mean) for part in parts if part.count]
    for width in widths:
        if width != widths[0]:
            raise ValueError(
                f"other: expected {widths[0]} features, got {width}; "
                "both must come from the same extractor"
            )
