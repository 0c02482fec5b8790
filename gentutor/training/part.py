"""One part of a sweep: replicas of one shape, trained in one process."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gentutor.models.gan import Discriminator, Generator
from gentutor.threads import one_thread
from gentutor.training.checkpoint import read_part, write_part
from gentutor.training.chunk import Chunk
from gentutor.training.replica import Replica
from gentutor.training.streams import Source

SAVE_SECONDS = 30.0  # between checkpoints

Report = Callable[[int, int], bool]


@dataclass(frozen=True)
class Part:
    """What a process needs to know.

    Attributes:
        place: number of the part in its sweep.
        members: places of its replicas in the sweep.
        sweep: all replicas.
        data: what they learn.
        data_dim: numbers per example.
        steps: of G.
        checkpoint: its file, or None.
    """

    place: int
    members: tuple[int, ...]
    sweep: tuple[Replica, ...]
    data: Source
    data_dim: int
    steps: int
    checkpoint: Path | None

    @property
    def replicas(self) -> list[Replica]:
        """The settings of its members."""
        return [self.sweep[member] for member in self.members]

    @property
    def cost(self) -> int:
        """Relative time that a step takes; by autograd about three times as long."""
        slow = 1 if self.replicas[0].plain else 3
        return slow * len(self.members) * self.replicas[0].flops(self.data_dim)


@dataclass(frozen=True)
class TrainedPart:
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


def train_part(part: Part, report: Report) -> TrainedPart:
    """Train a part from where its checkpoint stands, and write that when it ends.

    ``report`` is told the part's place and the steps it has taken, at the beginning and after
    every step; true ends training.
    """
    members, path, saved = part.members, part.checkpoint, time.monotonic()

    def save() -> None:
        if path is not None:
            write_part(path, part.sweep, part.data, chunk)

    def on_step(done: int) -> bool:
        nonlocal saved
        stop = report(part.place, done)
        if not stop and path is not None and time.monotonic() - saved > SAVE_SECONDS:
            save()
            saved = time.monotonic()
        return stop

    with one_thread():
        chunk = Chunk(members, part.replicas, part.data, part.data_dim)
        if path is not None and path.exists():
            chunk.load_state(*read_part(path, members, part.sweep, part.data))
        if not report(part.place, chunk.done):
            chunk.run(part.steps, on_step)
        save()
        losses = chunk.finish()
    return TrainedPart(
        members,
        tuple(chunk.generators[: len(members)]),
        tuple(chunk.discriminators[: len(members)]),
        chunk.done,
        losses,
        {members[r]: step for r, step in chunk.diverged.items() if r < len(members)},
    )
