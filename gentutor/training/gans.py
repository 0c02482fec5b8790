"""Training of many small GANs at once: any objective, on any data one can sample.

How one GAN is trained stands in ``gentutor/plain/gan.py``, a WGAN-GP in ``gentutor/plain/wgan.py``.
One step of G here is theirs: ``n_critic`` times (sample real and generated examples, take D's loss
and penalty, step D by Adam, clip), then (sample noise, take G's loss, step G by Adam);
``tests/training/test_rounds.py`` holds the two together. What computes eight GANs in the time of
one stands in ``_engine``.
"""

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
from gentutor.training._engine.checkpoint import check_folder, group_file
from gentutor.training._engine.dispatch import (
    Stop,
    train_here,
    train_in_processes,
    train_on_cluster,
)
from gentutor.training._engine.grouping import grouped
from gentutor.training._engine.plan import GroupPlan, TrainedGroup
from gentutor.training._engine.sampling import Source
from gentutor.training.settings import GANSettings


@dataclass(frozen=True)
class TrainedGANs:
    """What training gave; the axis R follows the order of ``settings``.

    Attributes:
        settings: of the R GANs.
        generators: R trained generators.
        discriminators: R trained discriminators or critics.
        steps_done: (R,) int, steps of G that each has taken; a diverged one's end with its group's.
        d_loss: (R, T) D's loss, without penalty, at its last step before each step of G; T is the
            largest of ``steps_done``; NaN where a GAN did not get to.
        g_loss: (R, T) G's loss.
        diverged: GAN -> step at which it ceased to be finite. It was frozen there; its
            networks are as they were at most 16 steps earlier.
        stopped: whether the run was stopped before its end.
    """

    settings: tuple[GANSettings, ...]
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


def train_gans(
    settings: Sequence[GANSettings],
    data: Source,
    *,
    steps: int = 1200,
    checkpoint: str | PathLike[str] | None = None,
    stop: Stop | None = None,
    jobs: int = 1,
    cluster: str | None = None,
) -> TrainedGANs:
    """Train R GANs by Adam, in groups of up to 8 that are computed together.

    The GANs may differ in everything. Those that agree in the settings that fix the form of the
    computation (objective, ``n_critic``, ``betas``, ``batch_size``, ``pack``, ``spectral``,
    ``unroll``, ``unroll_lr``, ``latent_dim``, ``hidden``) make groups; seeds, learning rates,
    penalty weights, clipping bounds and starts may differ within one. Every GAN has a random
    stream of its own, so it ends with the same weights, bit for bit, as when it is trained
    alone. Where that cannot be had in a group (spectral norm or unrolling with hidden widths that
    are no multiples of 16), it is trained alone. Weights have torch's default dtype.

    An interrupt (Ctrl-C, or the stop button of a notebook) ends training after the step it falls
    in, in every process; a second one is not held back.

    Args:
        settings: of the R GANs.
        data: has ``sample(count, generator)``, which returns (count, D) floats; picklable, if it
            is sent to other processes.
        steps: of G, >= 1.
        checkpoint: None, or a folder. Each group writes its file there every 30 s, when training
            stops and at the end. If it holds these GANs, training goes on from it, to the bits
            that it would have reached without a break; ``steps`` may be larger than before, and
            a group that has taken more already stays as it is.
        stop: called with the number of steps that all groups have taken together, after every
            step or, with several processes, ten times a second; true ends training.
        jobs: processes among which the groups are shared, >= 1. The bits stay the same.
        cluster: None, or the address of a Dask scheduler whose workers train the groups; the
            folder must then be one that they share. ``stop`` and interrupts end training between
            groups there, with what is done by then.

    Returns:
        The trained networks and what was recorded.

    Raises:
        TypeError, ValueError: an argument of the wrong kind or range, or a checkpoint that is
            truncated, tampered with or of other GANs.
        OSError: a checkpoint cannot be written (no permission, a full disk); says which file. What
            was written before stays, and training can go on from it.

    Warns:
        RuntimeWarning: a GAN diverged; says which and when. The others go on, unchanged.

    Sources: the objectives' own, see :mod:`gentutor.objectives.adversarial`.

    >>> class Normal:
    ...     def sample(self, count, generator):
    ...         return torch.randn(count, 2, generator=generator)
    >>> sweep = [GANSettings("wgan_gp", seed=s, lr_d=r) for s in (0, 1) for r in (1e-3, 1e-4)]
    >>> trained = train_gans(sweep, Normal(), steps=5)
    >>> trained.d_loss.shape, trained.sample(100).shape, trained.diverged
    ((4, 5), torch.Size([4, 100, 2]), {})
    """
    sweep = _checked(settings)
    check_int("steps", steps)
    check_int("jobs", jobs)
    if not callable(getattr(data, "sample", None)):
        raise TypeError(f"data: expected something with sample(), got {type(data).__name__}")
    if not isinstance(checkpoint, str | PathLike | None):
        raise TypeError(f"checkpoint: expected a folder's path, got {checkpoint!r}")
    if stop is not None and not callable(stop):
        raise TypeError(f"stop: expected a function or None, got {type(stop).__name__}")
    dtype = torch.get_default_dtype()
    if dtype not in (torch.float32, torch.float64):
        raise TypeError(f"torch's default dtype: expected float32 or float64, got {dtype}")
    example = data.sample(64, torch.Generator().manual_seed(0))
    data_dim = check_tensor("data.sample(64)", example, (64, "D")).shape[1]
    for each in sweep:
        each.networks(data_dim)  # refuses a start in another dimension
    groups = grouped(sweep)
    files: list[Path | None] = [None] * len(groups)
    if checkpoint is not None:
        folder = Path(checkpoint)
        check_folder(folder, groups, sweep, data)
        files = [group_file(folder, place) for place in range(len(groups))]
    plans = [
        GroupPlan(place, tuple(members), sweep, data, data_dim, dtype, steps, file)
        for place, (members, file) in enumerate(zip(groups, files, strict=True))
    ]
    if cluster is not None:
        trained = train_on_cluster(plans, stop, cluster)
    elif jobs == 1 or len(plans) == 1:
        trained = train_here(plans, stop)
    else:
        trained = train_in_processes(plans, stop, jobs)
    return _collected(sweep, data_dim, trained, steps)


def _checked(settings: Sequence[GANSettings]) -> tuple[GANSettings, ...]:
    if isinstance(settings, GANSettings) or not isinstance(settings, Iterable):
        raise TypeError(f"settings: expected a list of GANSettings, got {type(settings).__name__}")
    sweep = tuple(settings)
    for i, each in enumerate(sweep):
        if not isinstance(each, GANSettings):
            raise TypeError(f"settings: expected GANSettings, [{i}] is {type(each).__name__}")
    if not sweep:
        raise ValueError("settings: expected at least one, got none")
    return sweep


def _collected(
    sweep: tuple[GANSettings, ...], data_dim: int, trained: Sequence[TrainedGroup], steps: int
) -> TrainedGANs:
    networks = {r: each.networks(data_dim) for r, each in enumerate(sweep)}
    steps_done = np.zeros(len(sweep), dtype=int)
    longest = max((group.done for group in trained), default=0)
    dtype = trained[0].losses.dtype if trained else np.float32
    losses = np.full((2, len(sweep), longest), np.nan, dtype=dtype)
    diverged: dict[int, int] = {}
    for group in trained:
        members = list(group.members)
        losses[:, members, : group.done] = group.losses
        steps_done[members] = group.done
        pairs = zip(group.generators, group.discriminators, strict=True)
        networks |= zip(members, pairs, strict=True)
        diverged |= group.diverged
    for r, step in sorted(diverged.items()):
        warnings.warn(
            f"GAN {r} ({sweep[r]}) diverged at step {step} and was frozen",
            RuntimeWarning,
            stacklevel=3,
        )
    generators, discriminators = zip(*networks.values(), strict=True)
    return TrainedGANs(
        sweep,
        generators,
        discriminators,
        steps_done,
        losses[0],
        losses[1],
        dict(sorted(diverged.items())),
        stopped=bool((steps_done < steps).any()),
    )
