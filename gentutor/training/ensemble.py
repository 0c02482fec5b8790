"""Training of many small GANs at once."""

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gentutor.checks import check_int, check_tensor
from gentutor.models.gan import Discriminator, Generator
from gentutor.training.checkpoint import check_folder, part_file
from gentutor.training.dispatch import Stop, train_here, train_in_processes, train_on_cluster
from gentutor.training.part import Part, TrainedPart
from gentutor.training.replica import Replica
from gentutor.training.streams import Source

CHUNK = 8  # replicas trained at once: as fast as 16, and shared out more evenly


@dataclass(frozen=True)
class Ensemble:
    """What training a sweep gave; the axis R follows the order of ``replicas``.

    Attributes:
        replicas: their settings.
        generators: R trained generators.
        discriminators: R trained discriminators or critics.
        steps_done: (R,) int, steps of G that each has taken; a diverged one's end with its batch's.
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
    checkpoint: str | PathLike[str] | None = None,
    stop: Stop | None = None,
    jobs: int = 1,
    cluster: str | None = None,
) -> Ensemble:
    """Train R GANs by Adam, in batches of up to 8 that share one ``shape``.

    Replicas may differ in everything. Those that agree in the settings that fix the form of the
    computation (objective, ``n_critic``, ``betas``, ``batch_size``, ``pack``, ``spectral``,
    ``unroll``, ``unroll_lr``, ``latent_dim``, ``hidden``) are computed together; seeds, learning
    rates, penalty weights, clipping bounds and starts may differ within a batch. Every replica has
    a random stream of its own, so it ends with the same weights, bit for bit, as when it is trained
    alone. Where that cannot be had in a batch (see ``Replica.batchable``), it is trained alone.

    An interrupt (Ctrl-C, or the stop button of a notebook) ends training after the step it falls
    in, in every process; a second one is not held back.

    Args:
        replicas: the sweep.
        data: has ``sample(count, generator)``, which returns (count, D) floats; picklable, if it
            is sent to other processes.
        steps: of G, >= 1.
        checkpoint: None, or a folder. Each batch writes its file there every 30 s, when training
            stops and at the end. If it holds this sweep, training goes on from it, to the bits
            that it would have reached without a break; ``steps`` may be larger than before, and
            a batch that has taken more already stays as it is.
        stop: called with the number of steps that all batches have taken together, after every
            step or, with several processes, ten times a second; true ends training.
        jobs: processes among which the batches are shared, >= 1. The bits stay the same.
        cluster: None, or the address of a Dask scheduler whose workers train the batches; the
            folder must then be one that they share. ``stop`` and interrupts end training between
            batches there, with what is done by then.

    Returns:
        The trained networks and what was recorded.

    Raises:
        TypeError, ValueError: an argument of the wrong kind or range, or a checkpoint that is
            truncated, tampered with or of another sweep.
        OSError: a checkpoint cannot be written (no permission, a full disk); says which file. What
            was written before stays, and training can go on from it.

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
    if isinstance(replicas, Replica) or not isinstance(replicas, Iterable):
        raise TypeError(f"replicas: expected a list of Replica, got {type(replicas).__name__}")
    sweep = tuple(replicas)
    for i, replica in enumerate(sweep):
        if not isinstance(replica, Replica):
            raise TypeError(f"replicas: expected Replica, [{i}] is {type(replica).__name__}")
    if not sweep:
        raise ValueError("replicas: expected at least one, got none")
    check_int("steps", steps)
    check_int("jobs", jobs)
    if not callable(getattr(data, "sample", None)):
        raise TypeError(f"data: expected something with sample(), got {type(data).__name__}")
    if not isinstance(checkpoint, str | PathLike | None):
        raise TypeError(f"checkpoint: expected a folder's path, got {checkpoint!r}")
    if stop is not None and not callable(stop):
        raise TypeError(f"stop: expected a function or None, got {type(stop).__name__}")
    example = data.sample(64, torch.Generator().manual_seed(0))
    data_dim = check_tensor("data.sample(64)", example, (64, "D")).shape[1]
    for replica in sweep:
        replica.networks(data_dim)  # refuses a start in another dimension
    groups = _groups(sweep)
    files: list[Path | None] = [None] * len(groups)
    if checkpoint is not None:
        folder = Path(checkpoint)
        check_folder(folder, groups, sweep, data)
        files = [part_file(folder, place) for place in range(len(groups))]
    parts = [
        Part(place, tuple(members), sweep, data, data_dim, steps, file)
        for place, (members, file) in enumerate(zip(groups, files, strict=True))
    ]
    if cluster is not None:
        trained = train_on_cluster(parts, stop, cluster)
    elif jobs == 1 or len(parts) == 1:
        trained = train_here(parts, stop)
    else:
        trained = train_in_processes(parts, stop, jobs)
    return _collect(parts, trained, steps)


def _groups(replicas: Sequence[Replica]) -> list[list[int]]:
    """Return the replicas' places, by shape and in chunks of equal size, or nearly so."""
    by_shape: dict[object, list[int]] = {}
    for r, replica in enumerate(replicas):
        by_shape.setdefault(replica.shape, []).append(r)
    groups = []
    for members in by_shape.values():
        most = CHUNK if replicas[members[0]].batchable else 1
        size = math.ceil(len(members) / math.ceil(len(members) / most))
        groups += [members[start : start + size] for start in range(0, len(members), size)]
    return groups


def _collect(parts: Sequence[Part], trained: Sequence[TrainedPart], steps: int) -> Ensemble:
    sweep, count = parts[0].sweep, len(parts[0].sweep)
    networks = {r: replica.networks(parts[0].data_dim) for r, replica in enumerate(sweep)}
    steps_done = np.zeros(count, dtype=int)
    longest = max([steps, *(part.done for part in trained)])
    losses = np.full((2, count, longest), np.nan, dtype=np.float32)
    diverged: dict[int, int] = {}
    for part in trained:
        members = list(part.members)
        losses[:, members, : part.done] = part.losses
        steps_done[members] = part.done
        pairs = zip(part.generators, part.discriminators, strict=True)
        networks |= zip(members, pairs, strict=True)
        diverged |= part.diverged
    for r, step in sorted(diverged.items()):
        warnings.warn(
            f"replica {r} ({sweep[r]}) diverged at step {step} and was frozen",
            RuntimeWarning,
            stacklevel=3,
        )
    generators, discriminators = zip(*networks.values(), strict=True)
    return Ensemble(
        sweep,
        generators,
        discriminators,
        steps_done,
        losses[0],
        losses[1],
        dict(sorted(diverged.items())),
        stopped=bool((steps_done < steps).any()),
    )
