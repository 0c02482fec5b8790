r"""Mode coverage: how many modes of a known mixture a generator reaches, and how well.

One number hides what happened: the count of modes with at least one good sample calls a run
complete that has one per cent of its samples there. So coverage, quality and evenness are
reported side by side, for every run, and a stated rule turns them into a word.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gentutor.checks import check_number, check_tensor

VERDICTS = ("failed", "collapsed", "covers", "spread", "partial")


@dataclass(frozen=True)
class ModeCoverage:
    r"""Counts of R runs with N samples each on K modes, and what follows from them.

    A sample belongs to its nearest mode (the first of equals). It is of **high quality** if it is
    within a stated number of standard deviations of that mode. ``R`` is absent from every shape
    if it was absent from the samples.

    Attributes:
        nearest: (R, K) int64, samples that belong to each mode, of any quality.
        good: (R, K) int64, those of high quality.
    """

    nearest: Tensor
    good: Tensor

    @cached_property
    def shares(self) -> Tensor:
        """Share of each mode among **all** samples, good or not: (R, K), sums to 1."""
        return self.nearest / self.nearest.sum(-1, keepdim=True).double()

    @cached_property
    def quality(self) -> Tensor:
        """High-quality share of all samples, 0 to 1: (R,). Real data: 0.989 for 3 sd."""
        return self.good.sum(-1) / self.nearest.sum(-1).double()

    @cached_property
    def m1(self) -> Tensor:
        """Modes with at least one high-quality sample: (R,) int64; the published count."""
        return (self.good > 0).sum(-1)

    @cached_property
    def m20(self) -> Tensor:
        """Modes whose high-quality samples are at least 20 % of N / K, the fair share: (R,)."""
        n = self.nearest.sum(-1, keepdim=True)
        return (5 * self.good.shape[-1] * self.good >= n).sum(-1)  # in integers, so no rounding

    @cached_property
    def reverse_kl(self) -> Tensor:
        r"""Nats from **high-quality** samples' modes to the even distribution: (R,).

        .. math:: \operatorname{KL}(q\,\|\,\text{even})=\sum_kq_k\log Kq_k

        0 if they are even, log K if all are in one mode, NaN if no sample is of high quality.
        """
        return _kl_to_even(self.good)

    @cached_property
    def reverse_kl_all(self) -> Tensor:
        """The same over **all** samples: (R,); blind to quality, so it never is NaN."""
        return _kl_to_even(self.nearest)

    @cached_property
    def verdict(self) -> tuple[str, ...]:
        r"""One word of ``VERDICTS`` for each run: the first that fits (one for x (N, 2)).

        * ``failed``: quality below 15 %; or below 30 % and at most 60 % of the modes in use.
          Training has not found the modes, so their coverage means nothing. A Gaussian with the
          mixture's mean and covariance, which knows of no mode, has 6.6 % on the ring.
        * ``collapsed``: at most 60 % of the modes in use: half of them, and a few strays.
        * ``covers``: quality of 30 % or more, and ``m20`` at least 7 K / 8.
        * ``spread``: quality below 50 %. Samples of every kind, most of them between the modes.
        * ``partial``: all others. Good samples, too few of them at some of the modes.

        The modes in use are counted over all samples, as :math:`Ke^{-\text{reverse\_kl\_all}}`:
        exactly k when k modes share them evenly.
        """
        runs = zip(
            self.quality.reshape(-1).tolist(),
            self.reverse_kl_all.reshape(-1).tolist(),
            self.m20.reshape(-1).tolist(),
            strict=True,
        )
        return tuple(_word(*run, modes=self.good.shape[-1]) for run in runs)


def _word(quality: float, reverse_kl_all: float, m20: int, *, modes: int) -> str:
    few = math.exp(-reverse_kl_all) <= 0.6 + 1e-9  # 15 of 25 even modes give 0.6 and a last bit
    if quality < (0.3 if few else 0.15):
        return "failed"
    if few:
        return "collapsed"
    if quality >= 0.3 and 8 * m20 >= 7 * modes:
        return "covers"
    return "spread" if quality < 0.5 else "partial"


def _kl_to_even(counts: Tensor) -> Tensor:
    share = counts / counts.sum(-1, keepdim=True).double()
    return torch.special.xlogy(share, share).sum(-1) + math.log(counts.shape[-1])


def mode_coverage(x: Tensor, centres: Tensor, sd: float, *, within: float = 3.0) -> ModeCoverage:
    """Count the samples at each mode of a mixture with known centres.

    Args:
        x: (N, 2) samples of one run, or (R, N, 2) of R runs; floating point. Any other number of
            dimensions D does as well.
        centres: (K, 2), in the units of x.
        sd: standard deviation of each mode, > 0.
        within: greatest distance of a high-quality sample from its mode, in standard deviations.

    Returns:
        A :class:`ModeCoverage`. Distances are taken in float64.

    Raises:
        TypeError, ValueError: wrong dtype or shape, or a sample that is NaN or infinite; leave a
            run that diverged out, or it would count as a verdict on its modes.

    Source: Srivastava et al. (2017), VEEGAN, section 4.1, for modes and high quality; Lin et al.
    (2018), PacGAN, section 4.1, for the reverse KL.

    >>> centres = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])
    >>> x = torch.tensor([[1.0, 0.1], [1.1, 0.0], [0.9, 0.0], [-0.4, 0.0]])
    >>> found = mode_coverage(x, centres, sd=0.1)
    >>> found.shares, found.quality  # the last sample is nearest to a mode, but far from it
    (tensor([0.2500, 0.7500], dtype=torch.float64), tensor(0.7500, dtype=torch.float64))
    >>> int(found.m1), found.reverse_kl, found.verdict
    (1, tensor(0.6931, dtype=torch.float64), ('partial',))
    """
    check_tensor("centres", centres, ("K", "D"))
    check_tensor("x", x, (..., "N", centres.shape[1]))
    if x.dim() > 3:
        raise ValueError(f"x: expected shape (N, D) or (R, N, D), got {tuple(x.shape)}")
    limit = check_number("sd", sd) * check_number("within", within)
    exact = "donot_use_mm_for_euclid_dist"
    distance = torch.cdist(x.detach().double(), centres.double(), compute_mode=exact)
    far, mode = distance.min(-1)  # (..., N)
    counts = x.new_zeros((2, *x.shape[:-2], len(centres)), dtype=torch.int64)
    counts[0].scatter_add_(-1, mode, torch.ones_like(mode))
    counts[1].scatter_add_(-1, mode, (far <= limit).long())
    return ModeCoverage(counts[0], counts[1])
