r"""Fréchet distance between Gaussians, from their moments, from features, and as a stream.

On Inception's features the distance is the *FID*; on any other extractor's it is a number of
another scale, and :class:`~gentutor.metrics.score.Score` names it so.
"""

from typing import Self

import numpy as np
import torch
from torch import Tensor

from gentutor.checks import check_number, check_same_shape, check_tensor, trusted
from gentutor.metrics.moments import Moments, check_same_width

BLOCK = 32  # rows or columns of a matrix worked on at once


def frechet_distance(
    mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor, *, ridge: float = 0.0
) -> Tensor:
    r"""Squared Fréchet (2-Wasserstein) distance of two Gaussians.

    .. math::
        d^2 = \|\mu_1-\mu_2\|^2 + \operatorname{tr}\Sigma_1 + \operatorname{tr}\Sigma_2
              - 2\operatorname{tr}\bigl(\Sigma_1\Sigma_2\bigr)^{1/2}

    The last trace is the sum of :math:`\sqrt{\lambda_i}` over the eigenvalues of
    :math:`F^\top\Sigma_2F` with :math:`FF^\top=\Sigma_1`, a symmetric matrix.

    Args:
        mu1: (D,) any floating-point dtype, as all four; the work is done in float64.
        cov1: (D, D), symmetric and positive semi-definite; it may be singular.
        mu2: (D,).
        cov2: (D, D).
        ridge: a multiple of the identity added to both covariances under the root only.

    Returns:
        Scalar, float64, >= 0, in squared units of the features. Lower is closer, 0 for equal
        moments. Rounding leaves about 1e-15 of the traces, cut off at 0. Not differentiable.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN or infinity, a matrix that is not
            symmetric or has negative eigenvalues.

    Notes:
        pytorch-fid and clean-fid add ``ridge=1e-6`` when, and only when, their square root of
        the product is not finite.

    Source: Dowson and Landau (1982), The Fréchet distance between multivariate normal
    distributions, equation 4; Heusel et al. (2017), equation 6.

    >>> zero, one = torch.zeros(2), torch.ones(2)
    >>> frechet_distance(zero, torch.eye(2), one, 4 * torch.eye(2))  # 2 + 2 (1 - 2)^2
    tensor(4., dtype=torch.float64)
    """
    check_tensor("mu1", mu1, ("D",))
    check_tensor("mu2", mu2, ("D",))
    check_same_shape("mu2", mu2, "mu1", mu1)
    size = len(mu1)
    cov1, cov2 = (
        _check_symmetric(name, cov, size) for name, cov in (("cov1", cov1), ("cov2", cov2))
    )
    if check_number("ridge", ridge, strict=False):
        more = ridge * torch.eye(size).to(cov1)
        root = _trace_of_root(cov1 + more, cov2 + more)
    else:
        root = _trace_of_root(cov1, cov2)
    return _distance(
        mu1.detach().double() - mu2.detach().double(), cov1.trace(), cov2.trace(), root
    )


def _distance(shift: Tensor, trace1: Tensor, trace2: Tensor, root: Tensor) -> Tensor:
    return (shift.square().sum() + trace1 + trace2 - 2 * root).clamp_min(0)


def _check_symmetric(name: str, cov: Tensor, size: int) -> Tensor:
    check_tensor(name, cov, (size, size))
    pairs = zip(cov.detach().split(BLOCK), cov.detach().mT.split(BLOCK), strict=True)
    difference = max(float((row - column).abs().max()) for row, column in pairs)
    largest = max(abs(float(end)) for end in cov.detach().aminmax())
    if difference > 1e3 * torch.finfo(cov.dtype).eps * largest:
        raise ValueError(
            f"{name}: expected a symmetric matrix, got entries that differ by up to {difference:g}"
        )
    return cov.detach().double()


def _trace_of_root(cov1: Tensor, cov2: Tensor, *, checked: bool = False) -> Tensor:
    """Trace of (cov1 cov2)^(1/2), which is the trace of (cov2 cov1)^(1/2).

    ``checked``: both are known to be positive semi-definite.
    """
    regular2 = _cholesky(cov2)[1]
    factor, regular1 = _cholesky(cov1)
    if regular1 and regular2:
        between = _between(factor, cov2)
        del factor  # makes room for the copy that LAPACK works on
        found = np.linalg.eigvalsh(between.mT.cpu().numpy())  # reads the lower triangle
        return torch.from_numpy(found).clamp_min(0).sqrt().sum()
    if regular1:
        cov1, cov2 = cov2, cov1
    elif not regular2 and not checked:
        _without_rounding(torch.linalg.eigvalsh(cov2))  # where cov1 is 0 nothing else sees it
    eigenvalues, vectors = torch.linalg.eigh(cov1)
    root = _without_rounding(eigenvalues).sqrt()
    factor = (vectors * root)[:, root > 0]  # (D, rank)
    if not factor.numel():
        return cov1.new_zeros(())
    return _without_rounding(torch.linalg.eigvalsh(factor.mT @ cov2 @ factor)).sqrt().sum()


def _cholesky(cov: Tensor) -> tuple[Tensor, bool]:
    """Return the factor of ``cov``, and False if it is singular: rounding lets some of these pass.

    A square on its diagonal is the variance that the features before leave of a feature's own.
    """
    factor, failed = torch.linalg.cholesky_ex(cov)
    left = factor.diagonal().square() / cov.diagonal()
    rounding = 64 * len(cov) * torch.finfo(cov.dtype).eps
    return factor, not failed and bool((left > rounding).all())


def _between(factor: Tensor, cov: Tensor) -> Tensor:
    r"""Return the upper triangle of :math:`L^\top\Sigma L` for a lower triangular L = ``factor``.

    Block by block in one matrix, (D, D): neither the zeros of L nor the other triangle cost time.
    """
    product = torch.empty_like(cov, memory_format=torch.contiguous_format)
    starts = range(0, len(cov), BLOCK)
    for i in starts:  # rows of factor.mT @ cov
        rows = slice(i, i + BLOCK)
        torch.mm(factor[i:, rows].mT, cov[i:], out=product[rows])
    for i in starts:  # columns of that @ factor; later ones do not need those they overwrite
        columns, end = slice(i, i + BLOCK), i + BLOCK
        product[:end, columns] = product[:end, i:] @ factor[i:, columns]
    return product


def _without_rounding(eigenvalues: Tensor) -> Tensor:
    """Set to 0 what is rounding in ascending eigenvalues: a root would turn 1e-16 into 1e-8."""
    low, high = float(eigenvalues[0]), float(eigenvalues[-1])
    if low < min(-1e-6 * high, 0):
        raise ValueError(
            "cov1, cov2: expected positive semi-definite matrices, got eigenvalues from "
            f"{low:.3g} to {high:.3g}"
        )
    rounding = 4 * len(eigenvalues) ** 0.5 * torch.finfo(eigenvalues.dtype).eps * high
    return torch.where(eigenvalues > rounding, eigenvalues, 0)


def fid(real: Tensor, fake: Tensor, *, ridge: float = 0.0) -> Tensor:
    r"""Fréchet distance of Gaussians fitted to two sets of features.

    .. math:: d^2\bigl(\bar x_1, S_1;\, \bar x_2, S_2\bigr), \qquad
        S = \tfrac{1}{N-1}\textstyle\sum_i (x_i-\bar x)(x_i-\bar x)^\top

    Args:
        real: (N1, D) any floating-point dtype; N1 >= 2, and need not equal N2.
        fake: (N2, D).
        ridge: as in :func:`frechet_distance`.

    Returns:
        Scalar, float64, >= 0, in squared units of the features; lower is better. Biased upward
        by about c / N: compare scores of equal N only, or use :func:`fid_infinity`.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN or infinity, fewer than two samples.

    Notes:
        Means and covariances are float64. pytorch-fid and torch-fidelity average float32
        features in float32. With fewer samples than D the covariances are singular and the
        root is taken of an N x N matrix; peers take it of the D x D one and lose digits.

    Source: Heusel et al. (2017), equation 6.

    >>> real = torch.tensor([[0.0], [2.0]])
    >>> fid(real, real + 3)  # a shift costs its squared length
    tensor(9., dtype=torch.float64)
    """
    metric = FID().update(real, real=True, name="real").update(fake, real=False, name="fake")
    few, a, b = (real, metric.real, metric.fake)
    if len(fake) < len(real):
        few, a, b = (fake, metric.fake, metric.real)
    if ridge or a.count < 2 or a.count > few.shape[1]:
        return metric.compute(ridge=ridge)
    factor = (few.detach().cpu().double() - a.mean) / (a.count - 1) ** 0.5  # (N, D)
    product = factor @ b.scatter @ factor.mT / (b.count - 1)  # (N, N)
    root = _without_rounding(torch.linalg.eigvalsh(product)).sqrt().sum()
    return _distance(a.mean - b.mean, a.total_variance, b.total_variance, root)


class FID:
    """The same from a stream: feed batches of both sets, in any order, and merge parts.

    The state is two :class:`~gentutor.metrics.moments.Moments`, 8 D (D + 1) bytes each, whatever
    the number of samples.

    >>> whole, part = FID(), FID()
    >>> real = torch.tensor([[0.0], [2.0]])
    >>> whole.update(real, real=True).update(real[:1] + 3, real=False)  # doctest: +ELLIPSIS
    <gentutor.metrics.fid.FID object at ...>
    >>> whole.merge(part.update(real[1:] + 3, real=False)).compute()
    tensor(9., dtype=torch.float64)
    """

    def __init__(self) -> None:
        self.real, self.fake = Moments(), Moments()

    def update(self, features: Tensor, *, real: bool, name: str = "features") -> Self:
        """Take in features (N, D) of one side; ``name`` is for error messages."""
        side, other = (self.real, self.fake) if real else (self.fake, self.real)
        if other.count:
            with trusted():
                check_tensor(name, features, ("N", len(other.mean)))
        side.update(features, name=name)
        return self

    def compute(self, *, ridge: float = 0.0) -> Tensor:
        """Return the distance so far, as :func:`fid` does."""
        for name, side in (("real", self.real), ("fake", self.fake)):
            if side.count < 2:
                raise ValueError(f"{name}: expected at least 2 samples, got {side.count}")
        real, fake = self.real, self.fake
        if ridge:
            with trusted():
                return frechet_distance(
                    real.mean, real.covariance, fake.mean, fake.covariance, ridge=ridge
                )
        root = _trace_of_root(real.scatter, fake.scatter, checked=True)  # spares two copies
        root /= ((real.count - 1) * (fake.count - 1)) ** 0.5
        return _distance(real.mean - fake.mean, real.total_variance, fake.total_variance, root)

    def merge(self, other: "FID") -> Self:
        """Take in what ``other`` has seen, all or nothing; ``other`` stays as it is."""
        check_same_width(self.real, self.fake, other.real, other.fake)
        self.real.merge(other.real)
        self.fake.merge(other.fake)
        return self

    def reset(self, *, real: bool = True) -> None:
        """Forget the fake features, and the real ones too unless ``real`` is False."""
        self.fake.reset()
        if real:
            self.real.reset()
