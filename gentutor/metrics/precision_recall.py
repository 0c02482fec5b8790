"""How much of the fakes lies among the real samples, and how much of the real the fakes reach."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor

ROWS = 1024  # of a distance matrix, taken at a time


@dataclass(frozen=True)
class PrecisionRecall:
    """Four scalars, float64; higher is better for each.

    Attributes:
        precision: share of fakes inside the ball of some real sample, 0 to 1.
        recall: share of real samples inside the ball of some fake, 0 to 1.
        density: mean number of real balls a fake lies in, over k: 1 on average when the two
            distributions are equal, above 1 when fakes crowd where real samples are dense.
        coverage: share of real samples whose ball holds a fake, 0 to 1.
    """

    precision: Tensor
    recall: Tensor
    density: Tensor
    coverage: Tensor


def precision_recall(real: Tensor, fake: Tensor, *, k: int = 3) -> PrecisionRecall:
    r"""Precision, recall, density and coverage from k-nearest-neighbour balls.

    .. math::
        \text{precision} = \tfrac1M\textstyle\sum_j \mathbb 1[y_j\in\bigcup_i B_i],\quad
        \text{recall} = \tfrac1N\sum_i \mathbb 1[x_i\in\bigcup_j C_j],\quad
        \text{density} = \tfrac1{kM}\sum_{ij}\mathbb 1[y_j\in B_i],\quad
        \text{coverage} = \tfrac1N\sum_i \mathbb 1[\exists j: y_j\in B_i]

    where the closed ball :math:`B_i` around the real :math:`x_i` reaches to its k-th nearest
    other real sample, and :math:`C_j` around the fake :math:`y_j` to its k-th other fake.

    Args:
        real: (N, D), any floating-point dtype; more than k samples.
        fake: (M, D).
        k: neighbours, 3 in Kynkäänniemi et al., 5 in Naeem et al.

    Returns:
        A :class:`PrecisionRecall`. All four depend on N, M and k: compare equal ones only.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN or infinity, k samples or fewer in a set.

    Notes:
        torch-fidelity's ``prc_neighborhood`` and piq's ``nearest_k`` (5 there) are k; piq's
        recall also counts ties with the wrong radius. Distances here are float64, and that of a
        copy is exactly 0.

    Source: Kynkäänniemi et al. (2019), equations 1 and 2; Naeem et al. (2020), equations 3 and 5.

    >>> real = torch.arange(8.0)[:, None]
    >>> result = precision_recall(real, real[:4] + 0.1, k=1)
    >>> result.precision.item(), result.recall.item(), result.coverage.item()
    (1.0, 0.625, 0.625)
    """
    check_tensor("real", real, ("N", "D"))
    check_tensor("fake", fake, ("M", real.shape[1]))
    check_int("k", k)
    for name, features in (("real", real), ("fake", fake)):
        if len(features) <= k:
            raise ValueError(f"{name}: expected more than k = {k} samples, got {len(features)}")
    centre = real.detach().cpu().mean(0, dtype=torch.float64)
    x, y = (features.detach().cpu().double() - centre for features in (real, fake))
    of_x, of_y = _radii(x, k), _radii(y, k)  # squared, (N,) and (M,)
    in_real = torch.zeros(len(y), dtype=torch.int64)  # real balls that hold each fake
    reached, covered = [], []
    for rows, radii in zip(x.split(ROWS), of_x.split(ROWS), strict=True):
        apart = _squared_distances(rows, y)  # (n, M)
        inside = apart <= radii[:, None]
        in_real += inside.sum(0)
        covered.append(inside.any(1))
        reached.append((apart <= of_y).any(1))
    return PrecisionRecall(
        precision=(in_real > 0).double().mean(),
        recall=torch.cat(reached).double().mean(),
        density=in_real.double().mean() / k,
        coverage=torch.cat(covered).double().mean(),
    )


def nearest_distance(samples: Tensor, references: Tensor) -> Tensor:
    """Euclidean distance of each sample to the nearest reference.

    Held against the same for unseen real images it shows copying, which the four measures above,
    FID and KID all reward: the distance of a copied training image is 0.

    Args:
        samples: (N, D), any floating-point dtype.
        references: (M, D), such as the features of the training set.

    Returns:
        (N,) float64, in units of the features, >= 0.

    >>> nearest_distance(torch.tensor([[0.0], [5.0]]), torch.tensor([[0.0], [2.0]]))
    tensor([0., 3.], dtype=torch.float64)
    """
    check_tensor("samples", samples, ("N", "D"))
    check_tensor("references", references, ("M", samples.shape[1]))
    centre = references.detach().cpu().mean(0, dtype=torch.float64)
    x, y = (features.detach().cpu().double() - centre for features in (samples, references))
    return torch.cat([_squared_distances(rows, y).amin(1) for rows in x.split(ROWS)]).sqrt()


def _radii(x: Tensor, k: int) -> Tensor:
    """Squared distance of each row to its k-th nearest other row, (N,)."""
    return torch.cat([_squared_distances(rows, x).kthvalue(k + 1).values for rows in x.split(ROWS)])


def _squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """Squared distances (N, M) of float64 rows; what is within rounding of 0 is 0."""
    lengths = x.square().sum(1, keepdim=True) + y.square().sum(1)
    apart = lengths - 2 * x @ y.mT
    return torch.where(apart > 8 * torch.finfo(apart.dtype).eps * lengths, apart, 0)
