"""FID without its bias: extrapolated over 1/N to infinitely many samples."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor
from gentutor.metrics.fid import fid


@dataclass(frozen=True)
class FIDInfinity:
    """What the extrapolation found, in squared units of the features.

    Attributes:
        value: scalar, the intercept; lower is better. Unbiased where the law is linear, so it may
            fall below 0 when the truth is near 0.
        slope: scalar, the c of the bias c / N.
        sizes: (P,) int64, the numbers of samples N.
        fids: (P,) the FID at each.
    """

    value: Tensor
    slope: Tensor
    sizes: Tensor
    fids: Tensor


def fid_infinity(
    real: Tensor,
    fake: Tensor,
    *,
    n_points: int = 15,
    min_size: int | None = None,
    subsample_real: bool = True,
    generator: torch.Generator | None = None,
) -> FIDInfinity:
    r"""FID as both sets grow without end.

    .. math:: \mathrm{FID}_N \approx \mathrm{FID}_\infty + \frac{c}{N}, \qquad
        c = \sum_{ij}\frac{\lambda_i\lambda_j}{\lambda_i+\lambda_j} + 2.5\operatorname{tr}\Sigma
        \quad\text{for equal Gaussians}

    where :math:`\lambda` are the eigenvalues of :math:`\Sigma`. The value is the intercept of a
    least-squares line through FIDs of random subsets, at ``n_points`` sizes evenly spaced from
    ``min_size`` to the whole sets.

    Args:
        real: (N1, D), any floating-point dtype.
        fake: (N2, D).
        n_points: number of sizes, at least 3.
        min_size: the smallest; by default a fifth of the smaller set, or 2 D + 1 if that is more.
            It must exceed 2 D: below that the bias is far from linear in 1/N.
        subsample_real: take N samples of both sets, which removes the bias of both. Otherwise
            all real samples are used each time, and the bias of their number stays.
        generator: of the random subsets; torch's global one by default.

    Returns:
        A :class:`FIDInfinity`, in float64.

    Raises:
        TypeError, ValueError: as :func:`fid`, or too few samples for the sizes asked for.

    Notes:
        ``subsample_real=False`` with ``min_size=5000`` is the procedure of the paper, which
        draws its subsets in the same way and at 15 sizes.

    Source: Chong and Forsyth (2020), Effectively unbiased FID and Inception Score and where to
    find them, section 3; the law for equal Gaussians follows from a second-order expansion of the
    distance.

    >>> x = torch.randn(2000, 4, generator=torch.Generator().manual_seed(0))
    >>> result = fid_infinity(x[:1000], x[1000:], generator=torch.Generator().manual_seed(0))
    >>> bool(result.value < result.fids[-1] < result.fids[0])
    True
    """
    check_tensor("real", real, ("N1", "D"))
    check_tensor("fake", fake, ("N2", real.shape[1]))
    check_int("n_points", n_points, low=3)
    floor = 2 * real.shape[1] + 1
    most = min(len(real), len(fake)) if subsample_real else len(fake)
    start = max(floor, most // 5)
    if min_size is not None:
        start = check_int("min_size", min_size, low=floor)
    if most < start + n_points:
        raise ValueError(
            f"real, fake: expected at least {start + n_points} samples, for {n_points} sizes from "
            f"{start} (more than twice the {real.shape[1]} features), got {most}"
        )
    sizes = torch.linspace(start, most, n_points).round().long()
    values = []
    for size in sizes.tolist():
        reals = _subset(real, size, generator) if subsample_real else real
        values.append(fid(reals, _subset(fake, size, generator)))
    fids = torch.stack(values)
    design = torch.stack((torch.ones_like(fids), 1 / sizes.double()), 1)  # (P, 2)
    value, slope = torch.linalg.lstsq(design, fids[:, None]).solution[:, 0]
    return FIDInfinity(value, slope, sizes, fids)


def _subset(features: Tensor, size: int, generator: torch.Generator | None) -> Tensor:
    return features[torch.randperm(len(features), generator=generator)[:size]]
