"""A normalising flow of affine couplings, RealNVP: exact density, exact inverse, one pass."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.checks import check_int, check_number, check_tensor
from gentutor.models.gan import widths
from gentutor.nn import MLP

LARGEST_BOUND = 80.0  # beyond, exp(±bound) is 0 or infinite in float32


class Flow(nn.Module):
    r"""Invertible generator :math:`x=G(z)`, :math:`z\sim\mathcal N(0,I)`, with its density.

    .. math:: \log q(x)=\log\mathcal N(z;0,I)-\log|\det J_G(z)|,\qquad z=G^{-1}(x)

    Each layer leaves the first half of the numbers and moves the other half,
    :math:`v_2\mapsto v_2e^{s}+t`, with :math:`(r,t)` from a network at :math:`v_1` and
    :math:`s=b\tanh(r/b)`. So :math:`\log|\det J|` is the sum of all s. The order of the numbers is
    turned round after each layer.

    Args:
        data_dim: D >= 2; with one number nothing would be left to steer it.
        layers: how many couplings, at least two so that every number moves.
        hidden: widths of each coupling's ReLU network.
        bound: b, the largest size of s in one layer, above 0 and at most 80.
        seed: of the starting weights.

    Raises:
        TypeError, ValueError: an argument of the wrong kind or range.

    Source: Dinh et al. (2017), sections 3.2 to 3.5.

    >>> flow = Flow(3, layers=2, hidden=(8,))
    >>> x = flow.sample(5)
    >>> z, log_det = flow.inverse(x)
    >>> flow.log_prob(x).shape, bool(torch.allclose(flow(z)[0], x, atol=1e-5))
    (torch.Size([5]), True)
    """

    def __init__(
        self,
        data_dim: int = 2,
        *,
        layers: int = 6,
        hidden: Sequence[int] = (64, 64),
        bound: float = 2.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim, low=2)
        self.hidden = widths(hidden)
        self.bound = check_number("bound", bound)
        if self.bound > LARGEST_BOUND:
            raise ValueError(
                f"bound: expected at most {LARGEST_BOUND:g}, got {bound}: a scale of exp(bound) "
                "leaves the range of float32, and the layer could not be inverted"
            )
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        self.n_stays = data_dim // 2
        sizes = (self.n_stays, *self.hidden, 2 * (data_dim - self.n_stays))
        self.nets = nn.ModuleList(
            MLP(sizes, generator) for _ in range(check_int("layers", layers, low=2))
        )

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "layers": len(self.nets),
            "hidden": list(self.hidden),
            "bound": self.bound,
        }

    def _parts(self, i: int, v: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what stays, what moves, and layer i's s and t for it."""
        stays, moves = v[..., : self.n_stays], v[..., self.n_stays :]
        r, t = self.nets[i](stays).chunk(2, dim=-1)
        s = self.bound * torch.tanh(r / self.bound)
        check_tensor(f"scale of layer {i}", s.exp(), (...,), above=0.0)  # or no way back
        return stays, moves, s, t

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        r"""Map noise z (..., N, D) to x (..., N, D), with :math:`\log|\det J_G(z)|` (..., N), nats.

        Raises:
            TypeError, ValueError: z is no such tensor, or a layer's scale is 0, infinite or NaN,
                so that it has no inverse.
        """
        check_tensor("z", z, (..., "N", self.data_dim))
        log_det = z.new_zeros(z.shape[:-1])
        for i in range(len(self.nets)):
            stays, moves, s, t = self._parts(i, z)
            z = torch.cat([stays, moves * s.exp() + t], dim=-1).flip(-1)
            log_det = log_det + s.sum(-1)
        return z, log_det

    def inverse(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""Map x (..., N, D) to its noise z, with :math:`\log|\det J_G(z)|` there (..., N), nats.

        The determinant is that of the way from noise to data, as in :meth:`forward`. Errors as
        there.
        """
        check_tensor("x", x, (..., "N", self.data_dim))
        log_det = x.new_zeros(x.shape[:-1])
        for i in reversed(range(len(self.nets))):
            stays, moves, s, t = self._parts(i, x.flip(-1))
            x = torch.cat([stays, (moves - t) * (-s).exp()], dim=-1)
            log_det = log_det + s.sum(-1)
        return x, log_det

    def log_prob(self, x: Tensor) -> Tensor:
        """Return the log density of each example, (..., N) nats, for x (..., N, D)."""
        z, log_det = self.inverse(x)
        return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1) - log_det

    @torch.no_grad()
    def sample(self, count: int, *, seed: int = 0) -> Tensor:
        """Draw ``count`` samples in one pass, (count, D); no replica axis."""
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        dtype = next(self.parameters()).dtype
        shape = (check_int("count", count), self.data_dim)
        return self(torch.randn(shape, generator=generator, dtype=dtype))[0]
