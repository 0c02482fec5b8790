"""How much of the fakes lies among the real samples, and how much of the real the fakes reach."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor

PAIRS = 2**20  # numbers of a matrix of doubles, taken at a time: 8 MiB
TILE = 2**20  # numbers of references, turned into doubles at a time
KEPT = 2**22  # of so many the doubles are kept: 32 MiB


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
        recall also counts ties with the wrong radius. Where a distance is within rounding of a
        radius it is computed again from differences, so that ties of equal numbers (one-hot or
        binary features, copies) are inside, as the closed ball says, wherever the origin lies.

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
    x, y = (features.detach().cpu() for features in (real, fake))
    of_x, of_y = _kth_nearest(x, x, k + 1), _kth_nearest(y, y, k + 1)  # a row is its own first
    in_real = torch.zeros(len(y), dtype=torch.int64, device=y.device)  # balls that hold each fake
    reached, covered = [], []
    for rows, apart, slack in _blocks(x, y):
        pairs = x[rows], y, apart, slack
        inside = _within(*pairs, of_x[rows, None])  # (n, M)
        in_real += inside.sum(0)
        covered.append(inside.any(1))
        reached.append(_within(*pairs, of_y[None]).any(1))
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
    x, y = (features.detach().cpu() for features in (samples, references))
    return _kth_nearest(x, y, 1).sqrt()


def _kth_nearest(x: Tensor, y: Tensor, k: int) -> Tensor:
    """Squared distance of each row of x to its k-th nearest row of y, (N,)."""
    found = []
    for rows, apart, slack in _blocks(x, y):
        most = (apart + slack).kthvalue(k).values  # the k-th is at most that far
        near = apart - slack <= most[:, None]  # and is one of these
        exact = torch.full_like(apart, torch.inf)
        exact[near] = _exact(x[rows], y, near)
        found.append(exact.kthvalue(k).values)
    return torch.cat(found)


def _within(x: Tensor, y: Tensor, apart: Tensor, slack: Tensor, radii: Tensor) -> Tensor:
    """Whether squared distances (N, M) are at most the squared radii, at ties too."""
    inside = apart <= radii
    doubtful = (apart - radii).abs() <= slack
    inside[doubtful] = _exact(x, y, doubtful) <= radii.expand_as(apart)[doubtful]
    return inside


def _blocks(x: Tensor, y: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Yield rows of x with their squared distances to all of y, and bounds on their rounding.

    A matrix product is fast, and off by up to D roundings of each length: enough to decide ties.
    Many references become doubles a tile at a time, so that they may be mapped from a file.
    """
    tiles = y.split(max(1, TILE // y.shape[1]))
    centre = torch.stack([tile.double().sum(0) for tile in tiles]).sum(0) / len(y)
    of_b = torch.cat([(tile.double() - centre).square().sum(1) for tile in tiles])
    kept = [tile.double() - centre for tile in tiles] if y.numel() <= KEPT else None
    roundings = (2 * x.shape[1] + 16) * torch.finfo(torch.float64).eps
    step = max(1, PAIRS // len(y))
    for start in range(0, len(x), step):
        rows = slice(start, start + step)
        a = x[rows].double() - centre
        lengths = a.square().sum(1, keepdim=True) + of_b
        b = kept or (tile.double() - centre for tile in tiles)
        apart = torch.cat([a @ tile.mT for tile in b], dim=1)
        yield rows, lengths - 2 * apart, roundings * lengths


def _exact(x: Tensor, y: Tensor, pairs: Tensor) -> Tensor:
    """Squared distances of the pairs that a mask (N, M) marks, from the differences themselves."""
    i, j = pairs.nonzero(as_tuple=True)
    step = max(1, PAIRS // x.shape[1])
    parts = zip(i.split(step), j.split(step), strict=True)
    return torch.cat([(x[p].double() - y[q].double()).square().sum(1) for p, q in parts])
