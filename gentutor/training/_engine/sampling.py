"""Data and noise of a group of GANs: one random stream a GAN, drawn many steps at a time."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from gentutor.checks import check_tensor
from gentutor.training._engine.flat import aligned
from gentutor.training.settings import GANSettings

BLOCK = 16  # steps of G that are drawn at once


class Source(Protocol):
    """Anything one can draw examples from."""

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Return (count, D) examples."""
        ...


def examples(
    name: str, source: Source, count: int, data_dim: int, generator: torch.Generator
) -> Tensor:
    """Draw (count, data_dim) examples of a source; errors call it ``name``."""
    drawn = source.sample(count, generator)
    return check_tensor(f"{name}.sample({count})", drawn, (count, data_dim))


class Block(NamedTuple):
    """What ``BLOCK`` steps of G consume; features come before examples.

    Noise has as many columns as fill cache lines (see :mod:`gentutor.training._engine.flat`).

    Attributes:
        real: (BLOCK, R, D, n_critic, B) data for D's steps.
        z_d: (BLOCK, R, K, >= n_critic * B) noise for the examples that D sees, step after step.
        z_g: (BLOCK, R, K, >= B) noise for G's own step.
        eps: (BLOCK, R, 1, n_critic, B / pack) uniform, places between real and generated.
    """

    real: Tensor
    z_d: Tensor
    z_g: Tensor
    eps: Tensor


class Streams:
    """The random streams of R GANs of one form.

    A GAN's draws depend on its own seed only. ``before`` holds the generators' states before
    the last block, from which :meth:`redraw` makes that block again.
    """

    def __init__(
        self, data: Source, gans: Sequence[GANSettings], data_dim: int, *, dtype: torch.dtype
    ) -> None:
        settings = gans[0]
        self.data, self.data_dim, self.dtype = data, data_dim, dtype
        self.n_critic, self.batch = settings.n_critic, settings.batch_size
        self.latent_dim, self.pack = settings.latent_dim, settings.pack
        self.generators = [torch.Generator().manual_seed(3 * each.seed + 2) for each in gans]
        self.before = self._states()

    def _states(self) -> Tensor:
        return torch.stack([generator.get_state() for generator in self.generators])

    def draw(self) -> Block:
        """Return the next block."""
        self.before = self._states()
        count, many, dtype = len(self.generators), self.n_critic * self.batch, self.dtype
        z_d, z_g = (
            torch.empty(count, BLOCK, self.latent_dim, aligned(columns), dtype=dtype)
            for columns in (many, self.batch)
        )
        packs = self.batch // self.pack
        eps = torch.empty(count, BLOCK, 1, self.n_critic, packs, dtype=dtype)
        real: list[Tensor] = []
        for r, generator in enumerate(self.generators):
            real.append(examples("data", self.data, BLOCK * many, self.data_dim, generator))
            z_d[r].normal_(generator=generator)
            z_g[r].normal_(generator=generator)
            eps[r].uniform_(generator=generator)
        x = torch.stack(real).to(dtype).view(count, BLOCK, self.n_critic, self.batch, -1)
        x = x.permute(0, 1, 4, 2, 3).contiguous()
        return Block(*(part.transpose(0, 1) for part in (x, z_d, z_g, eps)))

    def redraw(self, states: Tensor) -> Block:
        """Return the block that follows ``states`` (R, S)."""
        for generator, state in zip(self.generators, states, strict=True):
            generator.set_state(state.clone())
        return self.draw()
