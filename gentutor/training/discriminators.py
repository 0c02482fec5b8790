"""Training of discriminators or critics alone, between two fixed distributions.

How one step is taken stands in ``gentutor/plain/gan.py`` (a discriminator's) and ``wgan.py`` (a
critic's); ``tests/training/test_discriminators.py`` holds this to them. What computes many at once
stands in ``_engine``.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gentutor.checks import check_choice, check_int, check_number, check_seed, trusted
from gentutor.models.gan import Discriminator, pack_examples
from gentutor.nn import stack, unstack
from gentutor.objectives.adversarial import (
    Objective,
    gradient_penalties,
    interpolate,
    known_objective,
)
from gentutor.progress import progress
from gentutor.threads import one_thread
from gentutor.training._engine.flat import Adam, FlatWeights
from gentutor.training._engine.sampling import BLOCK, Source, examples


@dataclass(frozen=True)
class TrainedDiscriminators:
    """Trained networks and what every step saw on its minibatch, before its update.

    Attributes:
        networks: the R discriminators or critics that were given.
        loss: (R, steps) the objective's, without penalty; minus the raw dual for ``wgan_*``.
        penalty: (R, steps) mean gradient penalty, without its weight; 0 where there is none.
    """

    networks: tuple[Discriminator, ...]
    loss: np.ndarray
    penalty: np.ndarray


def train_discriminators(
    networks: Sequence[Discriminator],
    real: Source,
    fake: Source,
    *,
    objective: str,
    steps: int = 1000,
    batch_size: int = 256,
    lr: float = 1e-3,
    schedule: str = "cosine",
    gp_weight: float = 10.0,
    clip: float = 0.01,
    seed: int = 0,
) -> TrainedDiscriminators:
    r"""Minimise D's loss by Adam while both distributions stay as they are.

    .. math:: E_{x\sim\text{real}}\,\ell_r(D(x))+E_{\hat x\sim\text{fake}}\,\ell_f(D(\hat x))
        +\lambda\,\text{penalty}

    D then comes near the optimum that theory speaks of. The networks are trained in place, in one
    batched computation, each on samples of its own. If the batch size and all hidden widths are
    multiples of 64, its bits do not depend on the networks beside it, nor on whether there are any.

    Args:
        networks: R of one shape.
        real: has ``sample(count, generator)``, which returns (count, D) floats.
        fake: likewise.
        objective: a key of ``gentutor.objectives.adversarial.OBJECTIVES``.
        steps: of the optimiser, >= 1.
        batch_size: real examples, and generated ones, of one step; a multiple of the pack.
        lr: Adam's learning rate > 0.
        schedule: ``"cosine"`` (down to 0) or ``"constant"``.
        gp_weight: :math:`\lambda\ge0`, if the objective has a penalty.
        clip: bound > 0 of every weight and bias, if the objective clips.
        seed: of the samples; network r draws what a network alone draws with seed + r.

    Raises:
        TypeError, ValueError: an argument of the wrong kind or range.
        FloatingPointError: a loss or weight is no longer finite; says whose and when. The networks
            are left as they were.

    Sources: the objectives' own, see :mod:`gentutor.objectives.adversarial`.

    >>> from gentutor.data import Mixture
    >>> from gentutor.models.gan import Critic
    >>> here, there = (Mixture(torch.tensor([[at]]), sd=0.1) for at in (0.0, 2.0))
    >>> pair = [Critic(1, seed=s) for s in (0, 1)]
    >>> trained = train_discriminators(pair, here, there, objective="wgan_gp_one_sided", steps=200)
    >>> bool((abs(trained.loss[:, -1] + 2.2) < 0.1).all())  # W1 + W1^2 / (2 gp_weight) = 2.2
    True
    """
    game = known_objective(objective)
    check_int("steps", steps)
    check_int("batch_size", batch_size)
    check_number("lr", lr)
    check_choice("schedule", schedule, ("cosine", "constant"))
    check_number("gp_weight", gp_weight, strict=False)
    check_number("clip", clip)
    seeds = [check_seed("seed", seed, high=2**32 - len(networks)) + r for r in range(len(networks))]
    twins = list(networks) * 2 if len(networks) == 1 else networks  # see ``_engine.group``
    net = stack(twins)
    if not isinstance(net, Discriminator):
        raise TypeError(f"networks: expected Discriminator, got {type(net).__name__}")
    if len(set(map(id, networks))) < len(networks):
        raise ValueError("networks: expected distinct networks, got one of them twice")
    if batch_size % net.pack:
        raise ValueError(f"batch_size: expected a multiple of pack={net.pack}, got {batch_size}")
    for name, source in (("real", real), ("fake", fake)):
        examples(name, source, 64, net.data_dim, torch.Generator().manual_seed(0))
    flat = FlatWeights(net)
    adam = Adam(flat, [lr] * len(twins), betas=(0.5, 0.9))
    record = []
    with one_thread(), progress(steps, "step") as bar, torch.enable_grad():
        batches = _batches(net, real, fake, batch_size, seeds * (len(twins) // len(networks)))
        for step, (x_real, x_fake, eps) in zip(range(steps), batches, strict=False):
            net.update_norms()
            loss, penalty = _terms(net, game, x_real, x_fake, eps)
            total = loss + gp_weight * penalty
            for r in (~total.isfinite()).nonzero().flatten().tolist():
                raise FloatingPointError(f"network {r} diverged at step {step + 1} with lr={lr:g}")
            flat.differentiate(total.sum())
            cosine = 0.5 * (1.0 + math.cos(math.pi * step / steps))
            adam.step(cosine if schedule == "cosine" else 1.0)
            if game.clips:
                flat.values.clamp_(-clip, clip)
            record.append(torch.stack([loss.detach(), penalty.detach()]))
            bar.update()
    for r in (~flat.finite()).nonzero().flatten().tolist():
        raise FloatingPointError(f"network {r} diverged at step {steps} with lr={lr:g}")
    unstack(net, twins)
    losses, penalties = torch.stack(record, dim=-1)[:, : len(networks)].numpy()
    return TrainedDiscriminators(tuple(networks), losses, penalties)


@trusted()
def _terms(
    net: Discriminator, game: Objective, x_real: Tensor, x_fake: Tensor, eps: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the loss without penalty and the penalty without its weight, (R,) each."""
    answers_real, answers_fake = net(torch.cat([x_real, x_fake], 1)).chunk(2, 1)
    loss = game.real(answers_real).mean(1) + game.fake(answers_fake).mean(1)
    if not game.penalty:
        return loss, torch.zeros_like(loss)
    real, fake = (pack_examples(x, net.pack) for x in (x_real, x_fake))
    x = real if game.penalty == "zero" else interpolate(real, fake, eps)
    return loss, gradient_penalties(net.judge, x, game.penalty).mean(1)


def _batches(
    net: Discriminator, real: Source, fake: Source, batch_size: int, seeds: Sequence[int]
) -> Iterator[tuple[Tensor, ...]]:
    """Yield real and generated examples (R, B, D) and eps (R, B / pack, 1), without end."""
    streams = [torch.Generator().manual_seed(seed) for seed in seeds]
    dtype, count = next(net.parameters()).dtype, BLOCK * batch_size
    while True:
        drawn = []
        for stream in streams:
            pair = [
                examples(name, source, count, net.data_dim, stream).to(dtype)
                for name, source in (("real", real), ("fake", fake))
            ]
            eps = torch.rand(count // net.pack, 1, generator=stream, dtype=dtype)
            drawn.append([part.view(BLOCK, -1, part.shape[1]) for part in (*pair, eps)])
        yield from zip(*(torch.stack(part, 1) for part in zip(*drawn, strict=True)), strict=True)
