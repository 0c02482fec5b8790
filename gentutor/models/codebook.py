r"""Codebooks: the nearest entry, found fast, and the two ways in which entries learn."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.checks import check_int, check_number, check_tensor

ROWS = 1024  # vectors looked up at once: their K distances still fit the cache


def nearest_code(z: Tensor, codebook: Tensor) -> Tensor:
    r"""Return the index of the entry nearest to each vector, int64.

    .. math:: \arg\min_k \lVert z-e_k\rVert^2 = \arg\min_k \tfrac12\lVert e_k\rVert^2 - z^\top e_k

    since :math:`\lVert z\rVert^2` is the same for all k. Computed ``ROWS`` vectors at a time in
    one buffer of ROWS x K numbers, so that nothing of size N x K (let alone N x K x D) is made.

    Args:
        z: (N, D) or (R, N, D), in R codebooks.
        codebook: (K, D) or (R, K, D), of the same dtype.

    Returns:
        (N,) or (R, N). Of entries at exactly equal distance the lowest index, as far as rounding
        lets them be equal: a near-tie, two distances that differ by less than about
        ``eps`` :math:`\times(\lVert z\rVert^2+\lVert e\rVert^2)`, may go either way.

    >>> nearest_code(torch.tensor([[0.2], [2.0]]), torch.tensor([[0.0], [1.0], [3.0]])).tolist()
    [0, 1]
    """
    check_tensor("codebook", codebook, (..., "K", "D"), dtype=z.dtype)
    check_tensor("z", z, (..., "N", codebook.shape[-1]))
    if codebook.ndim == 3:
        return torch.stack([nearest_code(a, b) for a, b in zip(z, codebook, strict=True)])
    with torch.no_grad():
        half = codebook.square().sum(-1).mul_(0.5)
        entries = codebook.mT.contiguous()
        index = torch.empty(len(z), dtype=torch.int64)
        scores = z.new_empty(min(ROWS, len(z)), len(codebook))
        for start in range(0, len(z), ROWS):
            rows = z[start : start + ROWS]
            part = torch.addmm(half, rows, entries, alpha=-1, out=scores[: len(rows)])
            torch.argmin(part, dim=1, out=index[start : start + len(rows)])
    return index


def perplexity(index: Tensor, codes: int) -> Tensor:
    r"""Return :math:`\exp H` of how often each of K entries is used, from 1 to K; not an error.

    K where all are used alike, 1 where one is used for everything. At most the number of indices,
    so a small batch reads low whatever the codebook does.

    Args:
        index: (..., n) integers; the last axis is counted.
        codes: K.

    >>> perplexity(torch.tensor([0, 1, 2, 3]), 8), perplexity(torch.tensor([5, 5, 5, 5]), 8)
    (tensor(4.), tensor(1.))
    """
    share = usage(index, codes) / index.shape[-1]
    return (-torch.xlogy(share, share).sum(-1)).exp()


def usage(index: Tensor, codes: int) -> Tensor:
    """Return how often each of K entries occurs along the last axis, (..., K) float32.

    Raises:
        ValueError: an index below 0 or above K - 1.

    >>> usage(torch.tensor([0, 2, 2]), 4).tolist()
    [1.0, 0.0, 2.0, 0.0]
    """
    check_codes("index", index, codes)
    counts = torch.zeros(*index.shape[:-1], codes)
    return counts.scatter_add_(-1, index, torch.ones(()).expand(index.shape))


def check_codes(name: str, index: Tensor, codes: int) -> Tensor:
    """Return ``index`` if it holds integers from 0 to ``codes - 1``.

    >>> check_codes("index", torch.tensor([3, 8]), 8)
    Traceback (most recent call last):
    ...
    ValueError: index: expected codes from 0 to 7, got 8
    """
    if not isinstance(index, Tensor) or index.dtype != torch.int64:
        kind = getattr(index, "dtype", type(index).__name__)
        raise TypeError(f"{name}: expected an int64 tensor of codes, got {kind}")
    if index.numel() == 0:
        raise ValueError(f"{name}: expected at least one code, got none")
    low, high = (int(end) for end in index.aminmax())
    if low < 0 or high >= codes:
        wrong = low if low < 0 else high
        raise ValueError(f"{name}: expected codes from 0 to {codes - 1}, got {wrong}")
    return index


@dataclass(frozen=True)
class Quantised:
    """What a codebook makes of vectors.

    Attributes:
        index: (..., N) int64, the nearest entries.
        z_q: (..., N, D), those entries; gradients reach the codebook if it has any.
        passed: of the same shape and value: what the decoder gets. Its gradient goes to the
            vectors, unchanged, and not to the codebook (the straight-through estimator).
    """

    index: Tensor
    z_q: Tensor
    passed: Tensor


class VectorQuantizer(nn.Module):
    r"""A codebook of K entries that learn by gradient, from the loss's codebook term.

    Args:
        codes: K >= 1.
        dim: D, numbers an entry.
        scale: > 0, standard deviation of the entries at the start.
        decay: in (0, 1), of the running counts.
        seed: of the start.

    ``counts`` (K,) holds how many vectors of a batch an entry gets, as a running mean that starts
    at 1; :meth:`update` renews it after a batch.

    Source: van den Oord et al. (2017), Neural discrete representation learning, equations 1 to 3.

    >>> book = VectorQuantizer(16, 2)
    >>> found = book(torch.zeros(5, 2))
    >>> found.index.shape, bool((found.passed == found.z_q).all())
    (torch.Size([5]), True)
    """

    learns_by_gradient = True
    counts: Tensor

    def __init__(
        self, codes: int, dim: int, *, scale: float = 1.0, decay: float = 0.99, seed: int = 0
    ) -> None:
        super().__init__()
        self.codes, self.dim = check_int("codes", codes), check_int("dim", dim)
        self.scale, self.decay = check_number("scale", scale), check_number("decay", decay)
        if decay >= 1:
            raise ValueError(f"decay: expected a number below 1, got {decay}")
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        start = scale * torch.randn(codes, dim, generator=generator)
        self.codebook = nn.Parameter(start, requires_grad=self.learns_by_gradient)
        self.register_buffer("counts", torch.ones(codes))

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a codebook of this shape, all JSON values."""
        return {"codes": self.codes, "dim": self.dim, "scale": self.scale, "decay": self.decay}

    def forward(self, z_e: Tensor) -> Quantised:
        """Quantise z_e, (N, D), or (R, N, D) in R stacked codebooks."""
        index = nearest_code(z_e.detach(), self.codebook.detach())
        z_q = self.entries(index)
        return Quantised(index, z_q, z_e + (z_q - z_e).detach())

    def entries(self, index: Tensor) -> Tensor:
        """Return the entries (..., N, D) of the codes (..., N)."""
        check_codes("index", index, self.codes)
        return nn.functional.embedding(self._rows(index), self.codebook.reshape(-1, self.dim))

    def _rows(self, index: Tensor) -> Tensor:
        """Return each code's row among those of all replicas, one below the other."""
        if self.codebook.ndim == 2:
            return index
        return index + torch.arange(len(index))[:, None] * self.codes

    @torch.no_grad()
    def update(self, z_e: Tensor, index: Tensor) -> None:
        """Take note of a batch: vectors z_e (..., N, D) and their nearest entries."""
        self.counts.lerp_(usage(index, self.codes).to(self.counts.dtype), 1 - self.decay)

    def start_at(self, z: Tensor, *, seed: int = 0) -> None:
        """Put the entries on as many different vectors of z (N, D), drawn at random.

        Raises:
            ValueError: fewer vectors than entries.
        """
        check_tensor("z", z, ("N", self.dim))
        if len(z) < self.codes:
            raise ValueError(
                f"z: expected at least as many vectors as the codebook has entries, {self.codes}, "
                f"got {len(z)}"
            )
        order = torch.randperm(len(z), generator=torch.Generator().manual_seed(seed))
        self.reset(torch.ones(self.codes, dtype=torch.bool), z, order)

    @torch.no_grad()
    def reset(self, dead: Tensor, z: Tensor, order: Tensor) -> None:
        """Put the entries marked in ``dead`` (..., K) on vectors of z (..., N, D).

        The vectors are taken in the given order (..., N), over again if there are too few. The
        entries' running counts start anew at 1.

        >>> book = VectorQuantizer(4, 1)
        >>> z = torch.tensor([[7.0], [8.0], [9.0]])
        >>> dead = torch.tensor([True, False, False, True])
        >>> book.reset(dead, z, torch.tensor([2, 0, 1]))
        >>> book.codebook[dead].flatten().tolist()
        [9.0, 7.0]
        """
        check_tensor("z", z, (..., "N", self.dim))
        turn = (dead.cumsum(-1) - 1).clamp(min=0) % z.shape[-2]  # the first, second, ... dead one
        chosen = order.gather(-1, turn)[..., None].expand(*dead.shape, self.dim)
        self.codebook.copy_(torch.where(dead[..., None], z.gather(-2, chosen), self.codebook))
        self.counts.masked_fill_(dead, 1.0)


class EMAVectorQuantizer(VectorQuantizer):
    r"""A codebook whose entries are running means of the vectors that they stand for.

    No gradient: :meth:`update` is called after each batch. With n_k the vectors given to entry k
    and m_k their sum,

    .. math:: N_k \leftarrow \gamma N_k + (1-\gamma) n_k,\quad
        S_k \leftarrow \gamma S_k + (1-\gamma) m_k,\quad e_k = S_k/N_k .

    An online k-means; :math:`\gamma` is ``decay`` and :math:`N_k` is ``counts``. Arguments are
    those of :class:`VectorQuantizer`.

    Source: van den Oord et al. (2017), appendix A.1.

    >>> book = EMAVectorQuantizer(1, 1, decay=0.5)
    >>> z = torch.full((1, 1), 3.0)
    >>> start = float(book.codebook)
    >>> book.update(z, book(z).index)
    >>> abs(float(book.codebook) - (start + 3) / 2) < 1e-6
    True
    """

    learns_by_gradient = False

    @torch.no_grad()
    def update(self, z_e: Tensor, index: Tensor) -> None:
        """Take one step towards z_e (..., N, D), whose nearest entries are ``index`` (..., N)."""
        sums = self.codebook * self.counts[..., None]
        super().update(z_e, index)
        given = torch.zeros_like(sums)
        given.view(-1, self.dim).index_add_(
            0, self._rows(index).flatten(), z_e.reshape(-1, self.dim)
        )
        sums.lerp_(given, 1 - self.decay)
        # Without vectors both fade alike and the entry stays, until they are too small to divide.
        alive = (self.counts > 1e-6)[..., None]
        self.codebook.copy_(torch.where(alive, sums / self.counts[..., None], self.codebook))
