"""The deterministic autoencoder."""

from typing import Any

import torch
from torch import Tensor, nn

from gentutor.checks import check_int, check_tensor
from gentutor.nn import MLP, Linear, affine


class Autoencoder(nn.Module):
    r"""Encoder :math:`z=f(x)` and decoder :math:`\hat x=g(z)`, multilayer perceptrons with ReLU.

    No noise and no prior: a code is a point, and nothing says which codes are likely. Its
    objectives, plain, sparse, contractive and denoising, are in
    :mod:`gentutor.objectives.reconstruction`.

    Args:
        data_dim: numbers per example.
        latent_dim: K >= 1; at least ``data_dim`` makes the code *overcomplete*.
        hidden: widths of the encoder's hidden layers; the decoder has them in reverse. With
            ``()`` both maps are affine.
        tied: the decoder's weights are the encoder's, transposed, and it owns its biases alone.
        seed: of the starting weights.

    Source: Hinton and Salakhutdinov (2006), Reducing the dimensionality of data.

    >>> model = Autoencoder(64, latent_dim=2)
    >>> model.encode(torch.zeros(5, 64)).shape, model(torch.zeros(5, 64)).shape
    (torch.Size([5, 2]), torch.Size([5, 64]))
    """

    def __init__(
        self,
        data_dim: int,
        *,
        latent_dim: int,
        hidden: tuple[int, ...] = (128,),
        tied: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim)
        self.latent_dim = check_int("latent_dim", latent_dim)
        if not isinstance(hidden, list | tuple):
            raise TypeError(f"hidden: expected a tuple of widths, got {hidden!r}")
        if not isinstance(tied, bool):
            raise TypeError(f"tied: expected True or False, got {tied!r}")
        self.hidden = tuple(check_int("hidden", width) for width in hidden)
        self.tied = tied
        generator = torch.Generator().manual_seed(check_int("seed", seed, low=0))
        sizes = (data_dim, *self.hidden, latent_dim)
        self.encoder = MLP(sizes, generator)
        self.decoder = MLP(sizes[::-1], generator)
        if tied:
            for layer in self._decoder_layers():
                del layer.weight

    def _encoder_layers(self) -> list[Linear]:
        return [layer for layer in self.encoder.layers if isinstance(layer, Linear)]

    def _decoder_layers(self) -> list[Linear]:
        return [layer for layer in self.decoder.layers if isinstance(layer, Linear)]

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "latent_dim": self.latent_dim,
            "hidden": list(self.hidden),
            "tied": self.tied,
        }

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the weights, and of everything the model takes and gives."""
        return next(self.parameters()).dtype

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes (N, K) of x (N, data_dim)."""
        check_tensor("x", x, (..., "N", self.data_dim), dtype=self.dtype)
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """Return the images (N, data_dim) of codes z (N, K); linear outputs, not cut to [0, 1]."""
        check_tensor("z", z, (..., "N", self.latent_dim), dtype=self.dtype)
        if not self.tied:
            return self.decoder(z)
        pairs = list(zip(reversed(self._encoder_layers()), self._decoder_layers(), strict=True))
        for layer, own in pairs[:-1]:
            z = affine(z, layer.weight.mT, own.bias).relu()
        layer, own = pairs[-1]
        return affine(z, layer.weight.mT, own.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstruction of x, both (N, data_dim)."""
        return self.decode(self.encode(x))

    def encoder_jacobian(self, x: Tensor) -> Tensor:
        r"""Return :math:`\partial z/\partial x`, (N, K, data_dim), for x (N, data_dim).

        Exact for ReLU networks: a product of weights, each row of which is switched on or off.
        """
        check_tensor("x", x, (..., "N", self.data_dim), dtype=self.dtype)
        *before, last = self._encoder_layers()
        switches = []
        for layer in before:
            x = layer(x).relu()
            switches.append((x > 0).to(x.dtype))
        jacobian = last.weight.mT.unsqueeze(-3)  # (1, K, width)
        for layer, on in zip(reversed(before), reversed(switches), strict=True):
            jacobian = (jacobian * on.unsqueeze(-2)) @ layer.weight.mT.unsqueeze(-3)
        return jacobian.expand(*x.shape[:-1], self.latent_dim, self.data_dim)
