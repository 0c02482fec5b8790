"""The two players of a group of GANs."""

from collections.abc import Sequence

import torch

from gentutor.models.gan import Discriminator, Generator
from gentutor.objectives.adversarial import OBJECTIVES, Objective
from gentutor.training._engine.flat import Adam, FlatWeights
from gentutor.training.settings import GANSettings


class Players:
    """Both stacked networks of R GANs of one form, with their weights and optimisers."""

    def __init__(
        self, gans: Sequence[GANSettings], generator: Generator, discriminator: Discriminator
    ) -> None:
        self.settings = gans[0]
        self.objective: Objective = OBJECTIVES[self.settings.objective]
        self.generator, self.discriminator = generator, discriminator
        self.flat_g, self.flat_d = FlatWeights(generator), FlatWeights(discriminator)
        self.adam_g = Adam(self.flat_g, [each.lr_g for each in gans], self.settings.betas)
        self.adam_d = Adam(self.flat_d, [each.lr_d for each in gans], self.settings.betas)
        dtype = self.flat_d.values.dtype
        self.penalty_weight = torch.tensor([each.gp_weight for each in gans], dtype=dtype)
        self._high = self.flat_d.spread([each.clip for each in gans])
        self._low = -self._high

    def step_d(self) -> None:
        """Update D from its gradient, and clip it if the objective does."""
        self.adam_d.step()
        if self.objective.clips:
            values = self.flat_d.values
            torch.clamp(values, self._low, self._high, out=values)
