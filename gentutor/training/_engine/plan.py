"""What a process needs to train one group of a sweep, and what it gives back."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gentutor.models.gan import Discriminator, Generator
from gentutor.threads import one_thread
from gentutor.training._engine.checkpoint import read_group, write_group
from gentutor.training._engine.group import Group
from gentutor.training._engine.grouping import flops, plain
from gentutor.training._engine.sampling import Source
from gentutor.training.settings import GANSettings

SAVE_SECONDS = 30.0  # between checkpoints

Report = Callable[[int, int], bool]


@dataclass(frozen=True)
class GroupPlan:
    """What a process needs to know.

    Attributes:
        place: number of the group in its sweep.
        members: places of its GANs in the sweep.
        sweep: the settings of all GANs.
        data: what they learn.
        data_dim: numbers per example.
        dtype: of the weights; torch's default where the sweep was begun.
        steps: of G.
        checkpoint: its file, or None.
    """

    place: int
    members: tuple[int, ...]
    sweep: tuple[GANSettings, ...]
    data: Source
    data_dim: int
    dtype: torch.dtype
    steps: int
    checkpoint: Path | None

    @property
    def gans(self) -> list[GANSettings]:
        """The settings of its members."""
        return [self.sweep[member] for member in self.members]

    @property
    def cost(self) -> int:
        """Relative time that a step takes; by autograd about three times as long."""
        slow = 1 if plain(self.gans[0]) else 3
        return slow * len(self.members) * flops(self.gans[0], self.data_dim)


@dataclass(frozen=True)
class TrainedGroup:
    """What training gave; lists follow the order of ``members``.

    Attributes:
        members: places in the sweep.
        generators: trained.
        discriminators: trained.
        done: steps of G taken.
        losses: (2, M, done) D's and G's.
        diverged: place in the sweep -> step.
    """

    members: tuple[int, ...]
    generators: tuple[Generator, ...]
    discriminators: tuple[Discriminator, ...]
    done: int
    losses: np.ndarray
    diverged: Mapping[int, int]


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Make networks of this dtype, in another process too."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def train_group(plan: GroupPlan, report: Report) -> TrainedGroup:
    """Train a group from where its checkpoint stands, and write that when it ends.

    ``report`` is told the group's place and the steps it has taken, at the beginning and after
    every step; true ends training.
    """
    members, path, saved = plan.members, plan.checkpoint, time.monotonic()

    def save() -> None:
        if path is not None:
            write_group(path, plan.sweep, plan.data, group)

    def on_step(done: int) -> bool:
        nonlocal saved
        stop = report(plan.place, done)
        if not stop and path is not None and time.monotonic() - saved > SAVE_SECONDS:
            save()
            saved = time.monotonic()
        return stop

    with one_thread(), _default_dtype(plan.dtype):
        group = Group(members, plan.gans, plan.data, plan.data_dim)
        if path is not None and path.exists():
            group.load_state(*read_group(path, members, plan.sweep, plan.data))
        if not report(plan.place, group.done):
            group.run(plan.steps, on_step)
        save()
        losses = group.finish()
    return TrainedGroup(
        members,
        tuple(group.generators[: len(members)]),
        tuple(group.discriminators[: len(members)]),
        group.done,
        losses,
        {members[r]: step for r, step in group.diverged.items() if r < len(members)},
    )
