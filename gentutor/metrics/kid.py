"""Kernel distance (KID on Inception's features): of whole sets, of subsets, and as a stream."""

from collections.abc import Callable
from typing import Any, Self

import torch
from torch import Tensor

from gentutor.checks import check_int, check_number, check_tensor, trusted
from gentutor.metrics.score import ScoreOverParts

ROWS = 192  # of a kernel matrix, taken at a time: of 5,000 columns that is 4 MB in float32

Kernel = Callable[[Tensor, Tensor], Tensor]
Subsets = int | tuple[Tensor, Tensor] | None


def kid(
    real: Tensor,
    fake: Tensor,
    *,
    subsets: Subsets = None,
    subset_size: int = 1000,
    generator: torch.Generator | None = None,
    degree: int = 3,
    gamma: float | None = None,
    coef: float = 1.0,
) -> ScoreOverParts:
    r"""Squared maximum mean discrepancy of two sets of features, by its unbiased estimate.

    .. math:: \mathrm{KD} = \frac{1}{n(n-1)}\sum_{i\ne j}k(x_i,x_j)
        + \frac{1}{m(m-1)}\sum_{i\ne j}k(y_i,y_j) - \frac{2}{nm}\sum_{i,j}k(x_i,y_j),
        \qquad k(x,y)=(\gamma\,x^\top y+c)^p

    Args:
        real: (N1, D) any floating-point dtype; at least two samples.
        fake: (N2, D).
        subsets: None for one estimate from all samples, which has the least variance. A number
            for the mean over that many random subsets, as most libraries report it. Or the
            subsets themselves, two integer tensors (S, M) of rows of ``real`` and of ``fake``.
        subset_size: M for random subsets, drawn without replacement.
        generator: of the random subsets, which are ``torch.randperm(N)[:M]``, real before fake,
            subset by subset; torch's global one by default.
        degree: p.
        gamma: by default 1 / D.
        coef: c.

    Returns:
        A :class:`~gentutor.metrics.score.ScoreOverParts`; lower is better. Unbiased at any number
        of samples, so it falls below 0 about half the time when the two distributions are equal.
        Products are in the wider precision of the two (float32 at least), their sums in
        float64, also inside ``torch.autocast``.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN or infinity, subsets larger than a set.

    Notes:
        The subsets overlap, so the kernel of every pair is computed once for all of them when
        that is less work. torchmetrics: ``subsets=100, generator=torch.default_generator``; the
        same for piq with ``average=True`` and ``subsets=50``, and the default for piq without.
        torch-fidelity and clean-fid draw theirs with NumPy: give them.

    Source: Bińkowski et al. (2018), Demystifying MMD GANs, section 4; Gretton et al. (2012),
    lemma 6.

    >>> x = torch.tensor([[0.0], [2.0]])
    >>> kid(x, x, degree=1).mean  # 1 + 1 - 2 (1 + 1 + 1 + 5) / 4
    tensor(-2., dtype=torch.float64)
    """
    check_tensor("real", real, ("N1", "D"))
    check_tensor("fake", fake, ("N2", real.shape[1]))
    kernel = _kernel(degree, gamma, coef, real.shape[1])
    double = torch.float64 in (real.dtype, fake.dtype)
    x, y = (
        features.detach().cpu().to(torch.float64 if double else torch.float32)
        for features in (real, fake)
    )
    if subsets is None:
        for name, features in (("real", real), ("fake", fake)):
            if len(features) < 2:
                raise ValueError(f"{name}: expected at least 2 samples, got {len(features)}")
        all_x, all_y = x.new_ones(len(x), 1), y.new_ones(len(y), 1)
        return _finite(_discrepancy(x, y, all_x, all_y, kernel))
    of_x, of_y = _indices(subsets, subset_size, len(x), len(y), generator)  # (S, M) each
    if 4 * of_x.numel() * of_x.shape[1] < (len(x) + len(y)) ** 2:  # pairs in subsets, pairs in all
        one = x.new_ones(of_x.shape[1], 1)
        parts = zip(of_x, of_y, strict=True)
        values = torch.cat([_discrepancy(x[i], y[j], one, one, kernel) for i, j in parts])
    else:
        values = _discrepancy(x, y, _membership(of_x, x), _membership(of_y, y), kernel)
    return _finite(values)


def _finite(values: Tensor) -> ScoreOverParts:
    if not bool(values.isfinite().all()):
        raise ValueError(
            "real, fake: expected features whose kernel their precision can hold, got an infinite "
            "one: scale them, or give float64"
        )
    return ScoreOverParts.of(values)


def _kernel(degree: int, gamma: float | None, coef: float, width: int) -> Kernel:
    check_int("degree", degree)
    scale = 1 / width if gamma is None else check_number("gamma", gamma)
    shift = check_number("coef", coef, strict=False)

    def kernel(x: Tensor, y: Tensor) -> Tensor:  # (N, D), (M, D) -> (N, M)
        with torch.autocast("cpu", enabled=False):  # or they have bfloat16's digits
            return torch.addmm(x.new_tensor(shift), x, y.mT, alpha=scale).pow_(degree)

    return kernel


def _indices(
    subsets: int | tuple[Tensor, Tensor],
    size: int,
    n: int,
    m: int,
    generator: torch.Generator | None,
) -> tuple[Tensor, Tensor]:
    """Rows of real and of fake for each subset, (S, M) each."""
    if not isinstance(subsets, tuple):
        number = check_int("subsets", subsets)
        check_int("subset_size", size, low=2, high=min(n, m))
        draws = [
            torch.randperm(count, generator=generator)[:size].clone()  # not the rest with it
            for _ in range(number)
            for count in (n, m)
        ]
        return torch.stack(draws[::2]), torch.stack(draws[1::2])
    shapes = [(getattr(rows, "dtype", type(rows)), *getattr(rows, "shape", ())) for rows in subsets]
    fits = len(shapes) == 2 and shapes[0] == shapes[1] and len(shapes[0]) == 3
    if not fits or shapes[0][0] != torch.int64 or shapes[0][1] < 1 or shapes[0][2] < 2:
        got = " and ".join(f"{dtype} of shape {tuple(shape)}" for dtype, *shape in shapes)
        raise ValueError(
            "subsets: expected two int64 tensors of one shape (S, M), S >= 1 and M >= 2, "
            f"got {got or 'none'}"
        )
    for rows, count in zip(subsets, (n, m), strict=True):
        if int(rows.sort(1).values.diff(dim=1).min()) == 0:
            raise ValueError("subsets: expected different rows in each subset, got a row twice")
        if int(rows.min()) < 0 or int(rows.max()) >= count:
            raise ValueError(
                f"subsets: expected rows from 0 to {count - 1}, "
                f"got {int(rows.min())} to {int(rows.max())}"
            )
    return subsets


def _membership(rows: Tensor, features: Tensor) -> Tensor:
    """One column a subset, with a 1 for each of its rows: (N, S)."""
    return features.new_zeros(len(rows), len(features)).scatter_(1, rows, 1).mT


def _discrepancy(x: Tensor, y: Tensor, in_x: Tensor, in_y: Tensor, kernel: Kernel) -> Tensor:
    """Discrepancy of each of S subsets (S,), given as memberships (N, S) and (M, S) of 0 and 1."""
    n, m = (subset.sum(0, dtype=torch.float64) for subset in (in_x, in_y))
    return (
        _sum_within(x, in_x, kernel) / (n * (n - 1))
        + _sum_within(y, in_y, kernel) / (m * (m - 1))
        - 2 * _sum_between(x, y, in_x, in_y, kernel) / (n * m)
    )


def _times(a: Tensor, b: Tensor) -> Tensor:
    with torch.autocast("cpu", enabled=False):
        return a @ b


def _sum_between(x: Tensor, y: Tensor, in_x: Tensor, in_y: Tensor, kernel: Kernel) -> Tensor:
    total = torch.zeros(in_x.shape[1], dtype=torch.float64)
    for rows, belong in zip(x.split(ROWS), in_x.split(ROWS), strict=True):
        total += (belong * _times(kernel(rows, y), in_y)).sum(0, dtype=torch.float64)
    return total


def _sum_within(x: Tensor, in_x: Tensor, kernel: Kernel) -> Tensor:
    """Sum over pairs of different rows, each pair computed once."""
    total = torch.zeros(in_x.shape[1], dtype=torch.float64)
    for start in range(0, len(x), ROWS):
        rows, belong = x[start : start + ROWS], in_x[start : start + ROWS]
        pairs = kernel(rows, x[start:])
        pairs[:, : len(rows)] /= 2  # the block on the diagonal holds its pairs twice
        pairs.diagonal().zero_()
        total += 2 * (belong * _times(pairs, in_x[start:])).sum(0, dtype=torch.float64)
    return total


class KID:
    """The same from a stream, which keeps the features: the kernel needs every pair.

    >>> metric = KID().update(torch.tensor([[0.0], [2.0]]), real=True)
    >>> metric.update(torch.tensor([[0.0], [2.0]]), real=False).compute(degree=1).mean
    tensor(-2., dtype=torch.float64)
    """

    def __init__(self) -> None:
        self.real: list[Tensor] = []
        self.fake: list[Tensor] = []

    def update(self, features: Tensor, *, real: bool) -> Self:
        """Take in features (N, D) of one side."""
        self._check("features", features)
        (self.real if real else self.fake).append(features.detach().clone())
        return self

    def merge(self, other: "KID") -> Self:
        """Take in what ``other`` has seen, as if it came after; ``other`` stays as it is."""
        with trusted():  # what it holds was scanned when it came
            for features in (*other.real, *other.fake):
                self._check("other", features)
        self.real += other.real
        self.fake += other.fake
        return self

    def _check(self, name: str, features: Tensor) -> None:
        seen = [*self.real, *self.fake]
        check_tensor(name, features, ("N", seen[0].shape[1] if seen else "D"))

    def compute(self, **options: Any) -> ScoreOverParts:
        """Return the distance so far; ``options`` are those of :func:`kid`."""
        for name, seen in (("real", self.real), ("fake", self.fake)):
            if not seen:
                raise ValueError(f"{name}: expected at least 2 samples, got 0")
        return kid(torch.cat(self.real), torch.cat(self.fake), **options)

    def reset(self, *, real: bool = True) -> None:
        """Forget the fake features, and the real ones too unless ``real`` is False."""
        self.fake.clear()
        if real:
            self.real.clear()
