"""A group: GANs of one form that are trained as one batched computation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gentutor.models.gan import Discriminator, Generator
from gentutor.nn import stack, unstack
from gentutor.training._engine.by_autograd import AutogradRound
from gentutor.training._engine.by_hand import ManualRound
from gentutor.training._engine.grouping import plain
from gentutor.training._engine.players import Players
from gentutor.training._engine.sampling import BLOCK, Block, Source, Streams
from gentutor.training.settings import GANSettings


class Group:
    """R GANs of one form, the step they have reached and what was recorded.

    One GAN alone is computed twice over, so R >= 2 here.

    Args:
        members: their places in the sweep.
        gans: their settings.
        data: what they learn.
        data_dim: numbers per example.

    Attributes:
        done: steps of G taken.
        losses: (2, R, done) D's and G's loss at every step.
        diverged: place in this group -> the first step whose loss was not finite (or whose update
            left weights that are not). Such a GAN keeps the weights it had when the block of
            that step began, at most ``BLOCK`` steps before.
    """

    def __init__(
        self, members: Sequence[int], gans: Sequence[GANSettings], data: Source, data_dim: int
    ) -> None:
        self.members = list(members)
        if len(gans) == 1:  # products of one matrix go another way, with other bits: add a twin
            gans = [gans[0]] * 2
        self.generators: list[Generator] = []
        self.discriminators: list[Discriminator] = []
        for settings in gans:
            generator, discriminator = settings.networks(data_dim)
            self.generators.append(generator)
            self.discriminators.append(discriminator)
        self.players = Players(gans, stack(self.generators), stack(self.discriminators))
        self.round: ManualRound | AutogradRound = (
            ManualRound(self.players) if plain(gans[0]) else AutogradRound(self.players)
        )
        dtype = self.players.flat_g.values.dtype
        self.streams = Streams(data, gans, data_dim, dtype=dtype)
        self.done = 0
        self.diverged: dict[int, int] = {}
        self._record = torch.empty(0, 2, len(gans), dtype=dtype)  # a row a step
        self._kept = [value.clone() for value in self._values()]
        self._block: Block | None = None

    @property
    def losses(self) -> Tensor:
        """(2, R, done), D's and G's."""
        return self._record[: self.done].permute(1, 2, 0)

    @torch.no_grad()
    def run(self, steps: int, on_step: Callable[[int], bool]) -> None:
        """Go on to ``steps`` steps in all, or until ``on_step(done)`` is true."""
        while self.done < steps:
            t = self.done % BLOCK
            if t == 0:
                self._block = self.streams.draw()
                self._kept = [value.clone() for value in self._values()]
            elif self._block is None:  # resumed within a block
                self._block = self.streams.redraw(self.streams.before)
            self.round(self._block, t)
            self._make_room()
            torch.stack(self.round.losses(), out=self._record[self.done])
            self.done += 1
            if t == BLOCK - 1:
                self._settle()
            if on_step(self.done):
                return

    def _make_room(self) -> None:
        """Double the record when it is full: memory goes by the steps taken, not by those asked."""
        if self.done == len(self._record):
            longer = self._record.new_empty(max(64, 2 * self.done), *self._record.shape[1:])
            longer[: self.done] = self._record
            self._record = longer

    def _values(self) -> list[Tensor]:
        """Return the weights and buffers of both networks, each (R, ...)."""
        networks = self.players.generator, self.players.discriminator
        return [value for network in networks for value in network.state_dict().values()]

    def _settle(self) -> None:
        """Find the GANs that diverged in the last step's block and put back their weights."""
        start = (self.done - 1) // BLOCK * BLOCK
        finite = torch.isfinite(self.losses[..., start:]).all(0)  # (R, steps since)
        values = [torch.isfinite(value).flatten(1).all(1) for value in self._values()]
        sound = torch.stack(values).all(0)
        for r in range(len(finite)):
            if r not in self.diverged and not (finite[r].all() and sound[r]):
                wrong = (~finite[r]).nonzero()
                self.diverged[r] = start + int(wrong[0]) + 1 if len(wrong) else self.done
        for r, step in self.diverged.items():
            self.losses[:, r, step:] = torch.nan
            for value, kept in zip(self._values(), self._kept, strict=True):
                value[r] = kept[r]

    def finish(self) -> np.ndarray:
        """Copy the weights into the networks and return the members' losses (2, M, done)."""
        self._settle()
        unstack(self.players.generator, self.generators)
        unstack(self.players.discriminator, self.discriminators)
        return self.losses[:, : len(self.members)].numpy().copy()

    def _tensors(self) -> dict[str, Tensor]:
        """Return everything that changes while training, but for the losses; not copied."""
        players = self.players
        return {
            "mean_g": players.adam_g.mean,
            "mean_d": players.adam_d.mean,
            "square_g": players.adam_g.square,
            "square_d": players.adam_d.square,
            "streams": self.streams.before,
            **{f"value_{i}": value for i, value in enumerate(self._values())},
            **{f"kept_{i}": value for i, value in enumerate(self._kept)},
        }

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Return what a checkpoint holds: JSON values and tensors."""
        numbers = {
            "members": self.members,
            "done": self.done,
            "diverged": list(self.diverged.items()),
        }
        return numbers, {**self._tensors(), "losses": self.losses}

    def load_state(self, numbers: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """Take up a state; the next step is the one that an uninterrupted run would take."""
        for name, value in self._tensors().items():
            value.copy_(tensors[name])
        self._record = tensors["losses"].permute(2, 0, 1).clone()
        self.done = int(numbers["done"])
        self.diverged = {int(r): int(step) for r, step in numbers["diverged"]}
        self.players.adam_g.steps = self.done
        self.players.adam_d.steps = self.done * self.players.settings.n_critic
        self._block = None
        if self.done % BLOCK == 0 and self.done:  # the streams stand before a used block
            self.streams.redraw(self.streams.before)
