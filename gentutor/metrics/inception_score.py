"""Inception Score, from all logits at once and from a stream of them."""

from collections.abc import Iterable
from typing import Self

import torch
from torch import Tensor

from gentutor.checks import check_choice, check_int, check_tensor, trusted
from gentutor.metrics.score import ScoreOverParts

ROWS = 250  # taken at a time: of 1,000 classes that is 1 MB, which stays in the cache
LEAST = -1000.0  # its exponential is 0 in float64
SPLITS = ("contiguous", "strided", "chunk", "drop")


def inception_score(
    logits: Tensor,
    n_splits: int = 10,
    *,
    split: str = "contiguous",
    ddof: int = 0,
    generator: torch.Generator | None = None,
) -> ScoreOverParts:
    r"""Inception Score: how sure a classifier is of each image, and how varied its answers are.

    .. math:: \mathrm{IS} = \exp \mathbb E_x \operatorname{KL}\bigl(p(y\mid x)\,\|\,p(y)\bigr)
        = \exp\Bigl(H\bigl[\mathbb E_x\,p(y\mid x)\bigr] - \mathbb E_x H[p(y\mid x)]\Bigr)

    The second form is computed, each entropy as :math:`-\sum p\log p` with :math:`0\log 0=0`, so
    that the score is finite whatever the logits.

    Args:
        logits: (N, K), any floating-point dtype; float16 and bfloat16 are computed in float32.
        n_splits: number of parts to score apart. Each part of n images is bounded by
            min(n, K), so few images a part score low.
        split: which images make a part. ``contiguous``: runs whose lengths differ by at most one.
            ``strided``: every n_splits-th; bad for labels in turn. ``chunk``: runs of
            ceil(N / n_splits), perhaps fewer than n_splits. ``drop``: runs of
            floor(N / n_splits), the rest left out.
        ddof: 0 or 1, subtracted from the number of splits in the variance.
        generator: shuffle the images with it first. Sorted by class, every contiguous part holds
            few classes and the score is far too low.

    Returns:
        A :class:`~gentutor.metrics.score.ScoreOverParts`: no unit, from 1 to K; higher is better.
        Each row of float32 logits is worked on in float32: the score is right to about 1e-5, so
        equal rows may give 1.00001. Float64 logits, and a stream, give 1 to 1e-12.

    Raises:
        TypeError, ValueError: wrong dtype or shape, NaN or infinity, fewer images than splits.

    Notes:
        torch-fidelity: the default, after shuffling rows with NumPy. torchmetrics:
        ``split="chunk", ddof=1, generator=torch.default_generator``. piq: ``split="drop",
        ddof=1``. The three give NaN when a probability rounds to 0 for every image of a part.

    Source: Salimans et al. (2016), section 4; Barratt and Sharma (2018), A note on the Inception
    Score, equation 3, for the second form.

    >>> sure = 100 * torch.eye(4)  # four images, four classes, no doubt
    >>> inception_score(sure, 1).mean, inception_score(0 * sure[:1], 1).mean
    (tensor(4., dtype=torch.float64), tensor(1., dtype=torch.float64))
    """
    with trusted():  # sums reveal NaN and infinity, and cost nothing
        check_tensor("logits", logits, ("N", "K"))
    n = len(logits)
    check_int("n_splits", n_splits, high=n)
    check_choice("split", split, SPLITS)
    check_int("ddof", ddof, low=0, high=1)
    size = -(-n // n_splits) if split == "chunk" else n // n_splits
    parts = {
        "contiguous": [slice(i * n // n_splits, (i + 1) * n // n_splits) for i in range(n_splits)],
        "strided": [slice(i, n, n_splits) for i in range(n_splits)],
        "chunk": [slice(i, i + size) for i in range(0, n, size)],
        "drop": [slice(i * size, (i + 1) * size) for i in range(n_splits)],
    }[split]
    if generator is None:
        sums = _sums(logits[part] for part in parts)
    else:
        order = torch.randperm(n, generator=generator)
        sums = _sums(logits[order[part]] for part in parts)
    result = _over_splits(*sums, ddof)
    if not bool(result.mean.isfinite()):
        check_tensor("logits", logits, ("N", "K"))  # says what and where
    return result


def _sums(parts: Iterable[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Count rows (S,), sum probabilities (S, K) and entropies (S,) of parts of logits (n, K)."""
    sums = [(len(part), *_sums_of_part(part)) for part in parts]
    counts, probabilities, entropies = zip(*sums, strict=True)
    return torch.tensor(counts), torch.stack(probabilities), torch.stack(entropies)


def _sums_of_part(rows: Tensor) -> tuple[Tensor, Tensor]:
    probabilities = torch.zeros(rows.shape[1], dtype=torch.float64)
    entropy = torch.zeros((), dtype=torch.float64)
    dtype = torch.float64 if rows.dtype == torch.float64 else torch.float32
    with torch.autocast("cpu", enabled=False):  # or the product below has bfloat16's digits
        for chunk in rows.detach().cpu().split(ROWS):
            x = chunk.to(dtype) - chunk.amax(1, keepdim=True)  # (n, K), <= 0
            e = x.exp()
            total = e.sum(1)  # (n,)
            probabilities += total.reciprocal() @ e
            entropy += (total.log() - torch.linalg.vecdot(e, x) / total).sum(dtype=torch.float64)
    if not bool(entropy.isfinite()) and bool(rows.isfinite().all()):
        x = rows.detach().double()  # logits so far apart that a difference is infinite
        return _sums_of_part((x - x.amax(1, keepdim=True)).clamp_min(LEAST))
    return probabilities, entropy


def _over_splits(
    count: Tensor, probabilities: Tensor, entropy: Tensor, ddof: int
) -> ScoreOverParts:
    marginal = probabilities / count[:, None]
    information = torch.special.entr(marginal).sum(1) - entropy / count  # (S,) nats, >= 0
    return ScoreOverParts.of(information.clamp_min(0).exp(), ddof=ddof)


class InceptionScore:
    """The same from a stream, without keeping the logits: feed batches, merge parts.

    Image i goes to bin i mod B, B a prime above 25 n_splits, and a fixed shuffle deals the bins to
    the splits. So no order does harm, neither class by class nor classes in turn, and batches of
    any size, merged in the order of their images, give one result. Sums are float64; the state is
    B x (K + 2) of them, 2 MB for 10 splits of 1,000 classes.

    >>> metric = InceptionScore(n_splits=1)
    >>> metric.update(100 * torch.eye(4)[:2]).update(100 * torch.eye(4)[2:]).compute().mean
    tensor(4., dtype=torch.float64)
    """

    def __init__(self, n_splits: int = 10) -> None:
        self.n_splits = check_int("n_splits", n_splits)
        self.n_bins = _prime_above(25 * n_splits)
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.count = torch.zeros(self.n_bins, dtype=torch.int64)
        self.probabilities = torch.zeros(self.n_bins, 0, dtype=torch.float64)  # (B, K)
        self.entropy = torch.zeros(self.n_bins, dtype=torch.float64)  # (B,)

    def update(self, logits: Tensor) -> Self:
        """Take in logits (N, K) of any floating-point dtype."""
        check_tensor("logits", logits, ("N", self.probabilities.shape[1] or "K"))
        seen = int(self.count.sum())
        if not seen:
            self.probabilities = torch.zeros(self.n_bins, logits.shape[1], dtype=torch.float64)
        bins = torch.arange(seen, seen + len(logits)) % self.n_bins
        rows = min(ROWS, self.n_bins)  # so that none meets a bin twice
        for chunk, at in zip(logits.detach().cpu().split(rows), bins.split(rows), strict=True):
            x = chunk.double()
            log_p = (x - x.amax(1, keepdim=True)).clamp_min(LEAST).log_softmax(1)
            p = log_p.exp()
            self.probabilities[at] += p
            self.entropy[at] -= (p * log_p).sum(1)
            self.count[at] += 1
        return self

    def merge(self, other: "InceptionScore") -> Self:
        """Take in what ``other`` has seen, as if it came after; ``other`` stays as it is."""
        for what, ours, theirs in (
            ("splits", self.n_splits, other.n_splits),
            ("classes", self.probabilities.shape[1], other.probabilities.shape[1]),
        ):
            if ours and theirs and ours != theirs:
                raise ValueError(f"other: expected {ours} {what}, got {theirs}")
        if other.count.any():
            seen = int(self.count.sum())  # bin i of what comes is bin i + seen of the whole
            if not seen:
                self.probabilities = torch.zeros_like(other.probabilities)
            self.probabilities += other.probabilities.roll(seen, 0)
            self.entropy += other.entropy.roll(seen)
            self.count += other.count.roll(seen)
        return self

    def compute(self, *, ddof: int = 0) -> ScoreOverParts:
        """Return the score so far, as :func:`inception_score` does of shuffled images.

        Raises:
            ValueError: fewer images than splits.
        """
        seen = int(self.count.sum())
        if seen < self.n_splits:
            raise ValueError(f"logits: expected at least {self.n_splits} images, got {seen}")
        check_int("ddof", ddof, low=0, high=1)
        split = self.split_of(torch.arange(self.n_bins))
        members = (split == torch.arange(self.n_splits)[:, None]).double()  # (S, B)
        count = members @ self.count.double()
        return _over_splits(count, members @ self.probabilities, members @ self.entropy, ddof)

    def split_of(self, image: Tensor) -> Tensor:
        """Return the splits of the images with these numbers, (N,) int64.

        Of n_splits images in a row each goes to another split.
        """
        deal = torch.Generator().manual_seed(0)
        rounds = [torch.randperm(self.n_splits, generator=deal) for _ in range(26)]
        return torch.cat(rounds)[image % self.n_bins % (26 * self.n_splits)]


def _prime_above(low: int) -> int:
    """Return the least prime above ``low``.

    >>> _prime_above(250)
    251
    """
    found = low + 1
    while any(found % k == 0 for k in range(2, int(found**0.5) + 1)):
        found += 1
    return found
