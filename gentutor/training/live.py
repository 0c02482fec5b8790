"""GANs trained round by round, for a lab that watches them in a running notebook."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from tempfile import TemporaryDirectory
from typing import Any

import torch

from gentutor.checks import check_choice, check_int
from gentutor.data import Curves, Mixture, grid, ring, spirals, two_moons
from gentutor.metrics.mode_coverage import mode_coverage
from gentutor.threads import one_thread
from gentutor.training.gans import TrainedGANs, train_gans
from gentutor.training.settings import GANSettings

TARGETS: dict[str, Callable[[], Mixture | Curves]] = {
    "ring": ring,
    "grid": grid,
    "two_moons": two_moons,
    "spirals": spirals,
}
SAME = ("objective", "lr_d", "lr_g", "n_critic", "gp_weight", "clip", "pack")


def train_live(
    lab: Mapping[str, Any], *, steps: int = 1200, every: int = 100, samples: int = 2500
) -> Iterator[dict[str, Any]]:
    r"""Train what a mode-collapse lab is set to by ``train_gans``, and report every round.

    The networks are the lab's: two hidden layers of 32, batches of 128. The weights are, bit for
    bit, those of one call without rounds. An interrupt ends training with the round's report.

    Args:
        lab: the lab's settings by name: ``target``, ``points``, ``objective``, ``lr_d``, ``lr_g``,
            ``n_critic``, ``gp_weight``, ``clip``, ``pack``, ``collapsed``, ``seed``, ``seeds``.
        steps: of G in all, >= 1.
        every: steps of G a round, >= 1.
        samples: that each generator is judged by.

    Yields:
        ``step``, ``steps``; ``seeds`` (R); ``x`` (R, samples, 2) float32; ``diverged``, seed ->
        step; and, where the target is a mixture of K modes, by
        :func:`gentutor.metrics.mode_coverage`, R each: ``m20``, modes with at least 20 % of a fair
        share; ``quality``, share of good samples; ``reverse_kl`` of the good ones' shares q,

        .. math:: \operatorname{KL}(q\,\|\,\text{even})=\sum_kq_k\log Kq_k

        in nats, NaN without a good sample; and ``verdict``, one word.

    Raises:
        TypeError, ValueError: a setting that no GAN can have, or a drawn target of fewer than three
            points; says which.

    >>> lab = dict(target="ring", points=[], collapsed=True, seed=0, seeds=1, pack=1, n_critic=1)
    >>> lab |= dict(objective="hinge", lr_d=1e-3, lr_g=1e-3, gp_weight=0.1, clip=0.1)
    >>> [(seen["step"], seen["verdict"]) for seen in train_live(lab, steps=4, every=2)]
    [(2, ['collapsed']), (4, ['collapsed'])]
    """
    check_int("steps", steps)
    check_int("every", every)
    density = _density(lab)
    if isinstance(density, Mixture):
        first = density.centres[0]
    else:
        first = density.path(torch.tensor([density.start]))[0, 0]
    seeds = range(lab["seed"], lab["seed"] + lab["seeds"])
    rest = {name: lab[name] for name in SAME}
    rest |= {"hidden": (32, 32), "collapsed_at": first.tolist() if lab["collapsed"] else None}
    gans = [GANSettings(seed=seed, **rest) for seed in seeds]
    with TemporaryDirectory() as folder:
        for step in [*range(every, steps, every), steps]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # `diverged` says it
                trained = train_gans(gans, density, steps=step, checkpoint=folder)
            yield {"steps": steps} | _report(trained, density, samples)
            if trained.stopped:
                return


def _density(lab: Mapping[str, Any]) -> Mixture | Curves:
    check_choice("target", lab["target"], (*TARGETS, "own"))
    if lab["target"] != "own":
        return TARGETS[lab["target"]]()
    if len(lab["points"]) < 3:
        raise ValueError(f"points: expected at least three, got {len(lab['points'])}")
    return Mixture(torch.tensor(lab["points"]), sd=0.1)


def _report(trained: TrainedGANs, density: Mixture | Curves, samples: int) -> dict[str, Any]:
    seeds = [each.seed for each in trained.settings]
    with one_thread():
        x = trained.sample(samples, seed=1)
        found: dict[str, Any] = {
            "step": int(trained.steps_done.max()),
            "seeds": seeds,
            "x": x.float().numpy(),
            "diverged": {seeds[r]: step for r, step in trained.diverged.items()},
        }
        if isinstance(density, Mixture):
            seen = mode_coverage(x.nan_to_num(9.0), density.centres, density.sd)
            numbers = ("m20", "quality", "reverse_kl")
            found |= {name: getattr(seen, name).tolist() for name in numbers}
            found["verdict"] = list(seen.verdict)
    return found
