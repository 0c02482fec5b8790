"""Training of many small GANs at once."""

import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor, trusted
from gentutor.models.gan import Discriminator, Generator
from gentutor.progress import progress
from gentutor.training.checkpoint import read_checkpoint, write_checkpoint
from gentutor.training.chunk import Chunk
from gentutor.training.replica import Replica
from gentutor.training.streams import Source
from gentutor.training.threads import one_thread

CHUNK = 8  # replicas trained at once: as fast as 16, and shared out more evenly
SAVE_SECONDS = 30.0  # between checkpoints


@dataclass(frozen=True)
class Ensemble:
    """What training a sweep gave; the axis R follows the order of ``replicas``.

    Attributes:
        replicas: their settings.
        generators: R trained generators.
        discriminators: R trained discriminators or critics.
        steps_done: (R,) int, steps of G that each has taken.
        d_loss: (R, steps) D's loss, without penalty, at its last step before each step of G;
            NaN where a replica did not get to.
        g_loss: (R, steps) G's loss.
        diverged: replica -> step at which it ceased to be finite. It was frozen there; its
            networks are as they were at most 16 steps earlier.
        stopped: whether the run was stopped before its end.
    """

    replicas: tuple[Replica, ...]
    generators: tuple[Generator, ...]
    discriminators: tuple[Discriminator, ...]
    steps_done: np.ndarray
    d_loss: np.ndarray
    g_loss: np.ndarray
    diverged: Mapping[int, int]
    stopped: bool

    def sample(self, count: int, *, seed: int = 0) -> Tensor:
        """Draw ``count`` samples of every generator, (R, count, D)."""
        return torch.stack([each.sample(count, seed=seed) for each in self.generators])


def train_ensemble(
    replicas: Sequence[Replica],
    data: Source,
    *,
    steps: int = 1200,
    checkpoint: str | Path | None = None,
    stop: Callable[[int], bool] | None = None,
) -> Ensemble:
    """Train R GANs by Adam, in batches of up to 8 that share one ``shape``.

    Replicas may differ in everything. Those that agree in the settings that fix the form of the
    computation (objective, ``n_critic``, ``betas``, ``batch_size``, ``pack``, ``spectral``,
    ``unroll``, ``unroll_lr``, ``latent_dim``, ``hidden``) are computed together; seeds, learning
    rates, penalty weights, clipping bounds and starts may differ within a batch. Every replica has
    a random stream of its own, so it ends with the same weights, bit for bit, as when it is trained
    alone. Where that cannot be had in a batch (see ``Replica.batchable``), it is trained alone.

    An interrupt (Ctrl-C, or the stop button of a notebook) ends training after the step it falls
    in; a second one is not held back.

    Args:
        replicas: the sweep.
        data: has ``sample(count, generator)``, which returns (count, D) floats.
        steps: of G, >= 1.
        checkpoint: None, or a file that is written every 30 s, when training stops and at the
            end. If it exists, training goes on from it, to the bits that it would have reached
            without a break; ``steps`` may be larger than before.
        stop: called after every step with its number, from 1; true ends training.

    Returns:
        The trained networks and what was recorded.

    Raises:
        TypeError, ValueError: an argument of the wrong kind or range, or a checkpoint that is
            truncated, tampered with or of another sweep.

    Warns:
        RuntimeWarning: a replica diverged; says which and when. The others go on, unchanged.

    Sources: the objectives' own, see :mod:`gentutor.objectives.adversarial`.

    >>> class Normal:
    ...     def sample(self, count, generator):
    ...         return torch.randn(count, 2, generator=generator)
    >>> sweep = [Replica("wgan_gp", seed=s, lr_d=r) for s in (0, 1) for r in (1e-3, 1e-4)]
    >>> trained = train_ensemble(sweep, Normal(), steps=5)
    >>> trained.d_loss.shape, trained.sample(100).shape, trained.diverged
    ((4, 5), torch.Size([4, 100, 2]), {})
    """
    replicas = tuple(replicas)
    for i, replica in enumerate(replicas):
        if not isinstance(replica, Replica):
            raise TypeError(f"replicas: expected Replica, [{i}] is {type(replica).__name__}")
    if not replicas:
        raise ValueError("replicas: expected at least one, got none")
    check_int("steps", steps)
    example = data.sample(64, torch.Generator().manual_seed(0))
    data_dim = check_tensor("data.sample(64)", example, (64, "D")).shape[1]
    groups = _groups(replicas)
    path = None if checkpoint is None else Path(checkpoint)
    states = read_checkpoint(path, replicas, data) if path is not None and path.exists() else {}
    chunks: dict[int, Chunk] = {}
    stopped, saved = False, time.monotonic()
    with (
        one_thread(),
        trusted(),
        _held_interrupt() as interrupted,
        progress(len(groups) * steps, "step") as bar,
    ):

        def on_step(done: int) -> bool:
            nonlocal stopped, saved
            bar.update()
            stopped = interrupted() or (stop is not None and bool(stop(done)))
            if path is not None and not stopped and time.monotonic() - saved > SAVE_SECONDS:
                write_checkpoint(path, replicas, data, chunks)
                saved = time.monotonic()
            return stopped

        for i, members in enumerate(groups):
            chunk = Chunk(members, [replicas[r] for r in members], data, data_dim)
            chunks[i] = chunk
            if i in states:
                chunk.load_state(*states[i])
                bar.update(chunk.done)
            if not stopped:
                chunk.run(steps, on_step)
        if path is not None:
            write_checkpoint(path, replicas, data, chunks)
    return _collect(replicas, list(chunks.values()), steps, stopped)


def _groups(replicas: Sequence[Replica]) -> list[list[int]]:
    """Return the replicas' places, by shape and in chunks."""
    by_shape: dict[object, list[int]] = {}
    for r, replica in enumerate(replicas):
        by_shape.setdefault(replica.shape, []).append(r)
    groups = []
    for members in by_shape.values():
        size = CHUNK if replicas[members[0]].batchable else 1
        groups += [members[start : start + size] for start in range(0, len(members), size)]
    return groups


@contextmanager
def _held_interrupt() -> Iterator[Callable[[], bool]]:
    """Note the first interrupt instead of raising it, so that no step is cut in half."""
    noted: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: object) -> None:
        noted.append(number)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(noted)
    finally:
        signal.signal(signal.SIGINT, before)


def _collect(
    replicas: tuple[Replica, ...], chunks: Sequence[Chunk], steps: int, stopped: bool
) -> Ensemble:
    count = len(replicas)
    generators: dict[int, Generator] = {}
    discriminators: dict[int, Discriminator] = {}
    steps_done = np.zeros(count, dtype=int)
    longest = max([steps, *(chunk.done for chunk in chunks)])
    losses = np.full((2, count, longest), np.nan, dtype=np.float32)
    diverged: dict[int, int] = {}
    for chunk in chunks:
        losses[:, chunk.members, : chunk.done] = chunk.finish()
        steps_done[chunk.members] = chunk.done
        generators |= zip(chunk.members, chunk.generators, strict=False)
        discriminators |= zip(chunk.members, chunk.discriminators, strict=False)
        diverged |= {
            chunk.members[r]: step for r, step in chunk.diverged.items() if r < len(chunk.members)
        }
    for r, step in sorted(diverged.items()):
        warnings.warn(
            f"replica {r} ({replicas[r]}) diverged at step {step} and was frozen",
            RuntimeWarning,
            stacklevel=3,
        )
    return Ensemble(
        replicas,
        tuple(generators[r] for r in range(count)),
        tuple(discriminators[r] for r in range(count)),
        steps_done,
        losses[0],
        losses[1],
        dict(sorted(diverged.items())),
        stopped,
    )
