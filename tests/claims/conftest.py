"""GANs that several claims are tested on, each set-up trained once a session."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
import torch
from torch import Tensor

from gentutor.data import ring
from gentutor.metrics.mode_coverage import ModeCoverage, mode_coverage
from gentutor.training import GANSettings, TrainedGANs, train_gans

RING = ring()
SEEDS = range(1000, 1016)  # none of those that the set-ups were chosen with

#: All samples begin at one mode, and D takes five steps to one of G.
COLLAPSED = {"n_critic": 5, "collapsed_at": (2.0, 0.0)}
#: A plain start, one step each.
EVEN = {"n_critic": 1}
#: D learns at a tenth of G's rate, both with a long memory.
SLOW = {"n_critic": 1, "lr_d": 2e-4, "lr_g": 2e-3, "betas": (0.9, 0.999)}

#: objective, settings, number of seeds.
SETUPS = {
    "ns": ("non_saturating", COLLAPSED, 16),
    "gp": ("wgan_gp", COLLAPSED, 16),
    "minimax": ("minimax", COLLAPSED, 8),
    "least_squares": ("least_squares", COLLAPSED, 8),
    "hinge": ("hinge", COLLAPSED, 8),
    "r1": ("r1", COLLAPSED | {"gp_weight": 0.3}, 8),
    "pac4": ("non_saturating", COLLAPSED | {"pack": 4}, 8),
    "even ns": ("non_saturating", EVEN, 8),
    "even minimax": ("minimax", EVEN, 8),
    "even gp": ("wgan_gp", EVEN, 8),
    "slow ns": ("non_saturating", SLOW, 8),
}


@dataclass(frozen=True)
class Runs:
    """What one set-up gave on the ring of eight modes.

    Attributes:
        trained: R GANs.
        x: (R, 2500, 2) samples.
        found: their coverage.
    """

    trained: TrainedGANs
    x: Tensor
    found: ModeCoverage

    def mean(self, name: str) -> float:
        """Return the mean of a measure of coverage over the runs."""
        return getattr(self.found, name).double().mean().item()

    def count(self, *words: str) -> int:
        """Return how many runs have one of these verdicts."""
        return sum(word in words for word in self.found.verdict)

    @property
    def far(self) -> Tensor:
        """(R, 2500) distance of each sample from its nearest mode, in standard deviations."""
        return torch.cdist(self.x.double(), RING.centres).amin(-1) / RING.sd


@pytest.fixture(scope="session")
def gan_runs() -> Callable[[str], Runs]:
    """Return a function that gives the runs of a set-up; WGAN-GP has lambda = 0.1 throughout."""

    @cache
    def runs(name: str) -> Runs:
        objective, settings, seeds = SETUPS[name]
        sweep = [GANSettings(objective, seed=seed, **settings) for seed in SEEDS[:seeds]]
        trained = train_gans(sweep, RING, steps=1200)
        assert not trained.diverged
        x = trained.sample(2500, seed=1)
        return Runs(trained, x, mode_coverage(x, RING.centres, RING.sd))

    return runs
