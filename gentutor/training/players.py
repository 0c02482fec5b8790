"""The two players of a batch of GANs."""

from collections.abc import Sequence

import torch

from gentutor.models.gan import Discriminator, Generator
from gentutor.objectives.adversarial import OBJECTIVES, Objective
from gentutor.training.flat import Adam, FlatWeights
from gentutor.training.replica import Replica


class Players:
    """Both stacked networks of R replicas of one shape, with their weights and optimisers."""

    def __init__(
        self, replicas: Sequence[Replica], generator: Generator, discriminator: Discriminator
    ) -> None:
        self.settings = replicas[0]
        self.objective: Objective = OBJECTIVES[self.settings.objective]
        self.generator, self.discriminator = generator, discriminator
        self.flat_g, self.flat_d = FlatWeights(generator), FlatWeights(discriminator)
        self.adam_g = Adam(self.flat_g, [r.lr_g for r in replicas], self.settings.betas)
        self.adam_d = Adam(self.flat_d, [r.lr_d for r in replicas], self.settings.betas)
        dtype = self.flat_d.values.dtype
        self.penalty_weight = torch.tensor([r.gp_weight for r in replicas], dtype=dtype)
        self._high = self.flat_d.spread([r.clip for r in replicas])
        self._low = -self._high

    def step_d(self) -> None:
        """Update D from its gradient, and clip it if the objective does."""
        self.adam_d.step()
        if self.objective.clips:
            values = self.flat_d.values
            torch.clamp(values, self._low, self._high, out=values)
