"""A distribution over the codes of an image, fitted after the VQ-VAE: what one samples from."""

from typing import Any

import torch
from torch import Tensor, nn

from gentutor.checks import check_int, check_number
from gentutor.models.codebook import check_codes


class CodePrior(nn.Module):
    r"""Autoregressive distribution over P codes of K values, one small network a place.

    .. math:: p(c) = p(c_1)\,p(c_2\mid c_1)\cdots p(c_P\mid c_{<P})

    Each code before place i adds a row of a table to H numbers; a ReLU and an affine map make K
    logits of them. The first place has a bias alone. (A PixelCNN does the same on large grids.)

    Args:
        places: P.
        codes: K.
        hidden: H.
        seed: of the starting weights.

    Source: van den Oord et al. (2017), section 3.2, for the idea of a prior fitted afterwards.

    >>> prior = CodePrior(4, 16)
    >>> prior.log_prob(torch.zeros(5, 4, dtype=torch.int64)).shape
    torch.Size([5])
    >>> prior.sample(3).shape
    torch.Size([3, 4])
    """

    def __init__(self, places: int, codes: int, *, hidden: int = 64, seed: int = 0) -> None:
        super().__init__()
        self.places, self.codes = check_int("places", places), check_int("codes", codes)
        self.hidden = check_int("hidden", hidden)
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        self.first = nn.Parameter(torch.zeros(codes))
        pairs = [(i, j) for i in range(1, places) for j in range(i)]
        table = torch.randn(len(pairs), codes, hidden, generator=generator)
        self.table = nn.Parameter(0.3 * table)  # of each place i and each place before it
        out = torch.randn(places - 1, hidden, codes, generator=generator)
        self.out = nn.Parameter(out / hidden**0.5)
        self.bias = nn.Parameter(torch.zeros(places - 1, codes))

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a prior of this shape, all JSON values."""
        return {"places": self.places, "codes": self.codes, "hidden": self.hidden}

    def logits(self, place: int, before: Tensor) -> Tensor:
        """Return (N, K) unnormalised log-probabilities at a place, from codes (N, >= place)."""
        if place == 0:
            return self.first.expand(len(before), -1)
        start = place * (place - 1) // 2
        seen = sum(self.table[start + j][before[:, j]] for j in range(place))
        return torch.as_tensor(seen).relu() @ self.out[place - 1] + self.bias[place - 1]

    def log_prob(self, index: Tensor) -> Tensor:
        """Return log p of codes (N, P), (N,) nats; higher is likelier.

        Raises:
            ValueError: codes outside 0 to K - 1, or not P of them.
        """
        check_codes("index", index, self.codes)
        if index.ndim != 2 or index.shape[1] != self.places:
            raise ValueError(f"index: expected (N, {self.places}), got {tuple(index.shape)}")
        each = [
            self.logits(i, index).log_softmax(-1).gather(1, index[:, i : i + 1])
            for i in range(self.places)
        ]
        return torch.cat(each, 1).sum(1)

    @torch.no_grad()
    def sample(self, n: int, *, seed: int = 0) -> Tensor:
        """Draw the codes of n images, place after place, (n, P) int64."""
        check_int("n", n)
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        index = torch.zeros(n, self.places, dtype=torch.int64)
        for i in range(self.places):
            chances = self.logits(i, index).softmax(-1)
            index[:, i] = torch.multinomial(chances, 1, generator=generator)[:, 0]
        return index

    def fit(
        self, index: Tensor, *, steps: int = 200, lr: float = 1e-2, decay: float = 3.0
    ) -> "CodePrior":
        """Fit to codes (N, P) by maximum likelihood: AdamW on all of them in every step.

        Few images and many codes: ``decay``, AdamW's weight decay, keeps it from memorising.
        """
        check_number("lr", lr)
        optimiser = torch.optim.AdamW(self.parameters(), lr, weight_decay=decay)
        for _ in range(check_int("steps", steps)):
            loss = -self.log_prob(index).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return self
