"""Vector-quantised autoencoders: for digits, and a convolutional one for photographs."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.checks import check_int, check_tensor
from gentutor.models.codebook import EMAVectorQuantizer, Quantised, VectorQuantizer
from gentutor.nn import MLP


@dataclass(frozen=True)
class VQOutput:
    """What a VQ-VAE computes on a batch of N examples with P codes each.

    Attributes:
        decoded: the reconstruction, of the form of the input.
        z_e: (..., N * P, D) encoder's vectors, an example's P vectors in a row.
        quantised: their entries, see :class:`gentutor.models.codebook.Quantised`.
    """

    decoded: Tensor
    z_e: Tensor
    quantised: Quantised


def _codebook(codes: int, dim: int, ema: bool, scale: float, seed: int) -> VectorQuantizer:
    if not isinstance(ema, bool):
        raise TypeError(f"ema: expected True or False, got {ema!r}")
    kind = EMAVectorQuantizer if ema else VectorQuantizer
    return kind(codes, dim, scale=scale, seed=seed)


class VQVAE(nn.Module):
    r"""Encoder to P vectors, each replaced by its nearest codebook entry, and a decoder.

    Args:
        data_dim: numbers per example.
        places: P, codes per example.
        dim: D, numbers a vector.
        codes: K, entries of the codebook; an example costs at most :math:`P\log_2 K` bits.
        hidden: widths of the encoder's hidden layers; the decoder has them in reverse.
        ema: whether the codebook learns by running means, not by gradient.
        scale: standard deviation of the codebook's start.
        seed: of the starting weights.

    Source: van den Oord et al. (2017).

    >>> model = VQVAE(64, places=4, dim=8, codes=32)
    >>> model.encode(torch.zeros(5, 64)).shape, model(torch.zeros(5, 64)).decoded.shape
    (torch.Size([5, 4]), torch.Size([5, 64]))
    """

    def __init__(
        self,
        data_dim: int,
        *,
        places: int,
        dim: int,
        codes: int,
        hidden: tuple[int, ...] = (128,),
        ema: bool = False,
        scale: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dim = check_int("data_dim", data_dim)
        self.places = check_int("places", places)
        if not isinstance(hidden, list | tuple):
            raise TypeError(f"hidden: expected a tuple of widths, got {hidden!r}")
        self.hidden = tuple(check_int("hidden", width) for width in hidden)
        self.quantizer = _codebook(codes, dim, ema, scale, check_int("seed", seed, low=0))
        self.ema = ema
        generator = torch.Generator().manual_seed(seed)
        sizes = (data_dim, *self.hidden, places * dim)
        self.encoder = MLP(sizes, generator)
        self.decoder = MLP(sizes[::-1], generator)

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "data_dim": self.data_dim,
            "places": self.places,
            "dim": self.quantizer.dim,
            "codes": self.quantizer.codes,
            "hidden": list(self.hidden),
            "ema": self.ema,
            "scale": self.quantizer.scale,
        }

    @property
    def latent_dim(self) -> int:
        """Numbers that the decoder gets, P x D."""
        return self.places * self.quantizer.dim

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the weights, and of everything the model takes and gives."""
        return next(self.parameters()).dtype

    def vectors(self, x: Tensor) -> Tensor:
        """Return the encoder's vectors (..., N * P, D) of x (..., N, data_dim)."""
        check_tensor("x", x, (..., "N", self.data_dim), dtype=self.dtype)
        return self.encoder(x).reshape(*x.shape[:-2], -1, self.quantizer.dim)

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes (..., N, P) of x (..., N, data_dim), from 0 to K - 1."""
        index = self.quantizer(self.vectors(x)).index
        return index.view(*x.shape[:-1], self.places)

    def decode(self, codes: Tensor) -> Tensor:
        """Return the images (..., N, data_dim) of codes (..., N, P)."""
        z_q = self.quantizer.entries(codes.flatten(-2))
        return self.decoder(z_q.view(*codes.shape[:-1], self.latent_dim))

    def forward(self, x: Tensor) -> VQOutput:
        """Encode, quantise and decode x (..., N, data_dim)."""
        z_e = self.vectors(x)
        found = self.quantizer(z_e)
        decoded = self.decoder(found.passed.view(*x.shape[:-1], self.latent_dim))
        return VQOutput(decoded, z_e, found)


class ConvVQVAE(nn.Module):
    r"""A VQ-VAE for images whose codes form a grid: one code for each 4 x 4 pixels.

    Args:
        channels: of the images.
        width: channels of the hidden layers.
        dim: D, numbers a vector.
        codes: K, entries of the codebook.
        ema: whether the codebook learns by running means, not by gradient.
        seed: of the starting weights.

    >>> model = ConvVQVAE(3, width=8, dim=4, codes=16)
    >>> model.encode(torch.zeros(5, 3, 16, 16)).shape
    torch.Size([5, 4, 4])
    """

    stride = 4

    def __init__(
        self,
        channels: int = 3,
        *,
        width: int = 32,
        dim: int = 8,
        codes: int = 64,
        ema: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.channels = check_int("channels", channels)
        self.width = check_int("width", width)
        self.quantizer = _codebook(codes, dim, ema, 1.0, check_int("seed", seed, low=0))
        self.ema = ema
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = nn.Sequential(
                nn.Conv2d(channels, width, self.stride, stride=self.stride),
                nn.ReLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(width, dim, 1),
            )
            self.decoder = nn.Sequential(
                nn.Conv2d(dim, width, 3, padding=1),
                nn.ReLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.ReLU(),
                nn.ConvTranspose2d(width, channels, self.stride, stride=self.stride),
            )

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that build a model of this shape, all JSON values."""
        return {
            "channels": self.channels,
            "width": self.width,
            "dim": self.quantizer.dim,
            "codes": self.quantizer.codes,
            "ema": self.ema,
        }

    def vectors(self, x: Tensor) -> Tensor:
        """Return the encoder's vectors (N * h * w, D) of x (N, C, 4h, 4w), row by row."""
        check_tensor("x", x, ("N", self.channels, "H", "W"))
        if x.shape[-2] % self.stride or x.shape[-1] % self.stride:
            raise ValueError(
                f"x: expected height and width to be multiples of {self.stride}, got "
                f"{tuple(x.shape[-2:])}"
            )
        return self.encoder(x).permute(0, 2, 3, 1).reshape(-1, self.quantizer.dim)

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes (N, h, w) of x (N, C, 4h, 4w)."""
        index = self.quantizer(self.vectors(x)).index
        return index.view(len(x), x.shape[2] // self.stride, x.shape[3] // self.stride)

    def _images(self, vectors: Tensor, n: int, h: int, w: int) -> Tensor:
        return self.decoder(vectors.view(n, h, w, -1).permute(0, 3, 1, 2))

    def decode(self, codes: Tensor) -> Tensor:
        """Return the images (N, C, 4h, 4w) of codes (N, h, w)."""
        return self._images(self.quantizer.entries(codes.flatten()), *codes.shape)

    def forward(self, x: Tensor) -> VQOutput:
        """Encode, quantise and decode x (N, C, 4h, 4w)."""
        z_e = self.vectors(x)
        found = self.quantizer(z_e)
        h, w = x.shape[2] // self.stride, x.shape[3] // self.stride
        return VQOutput(self._images(found.passed, len(x), h, w), z_e, found)
