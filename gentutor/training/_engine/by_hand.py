"""One step of G, and D's steps before it, for a group of GANs with plain networks: by hand."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from gentutor.objectives.adversarial import OBJECTIVES, Objective
from gentutor.training._engine.flat import TAIL, FlatWeights, aligned
from gentutor.training._engine.manual import Passes
from gentutor.training._engine.players import Players
from gentutor.training._engine.sampling import Block
from gentutor.training.settings import GANSettings


class DiscriminatorStep:
    """D's gradient by hand, for examples x (R, inputs, C).

    Columns: ``count`` real and ``count`` generated ones, and ``count`` from ``between`` on where
    the penalty is taken. Both parts are filled up to whole cache lines, with slopes of 0.
    """

    def __init__(self, flat: FlatWeights, settings: GANSettings, penalty_weight: Tensor) -> None:
        self.count = settings.batch_size // settings.pack
        self.penalty = OBJECTIVES[settings.objective].penalty
        extra = aligned(self.count) if self.penalty else 0
        self.between = aligned(2 * self.count)
        self.passes = Passes(flat.weights, flat.grads, self.between + extra, extra)
        self.factor = (penalty_weight / self.count).view(-1, 1, 1)
        self._slope = D_SLOPES[settings.objective]
        self._rest = self.passes.slopes[..., 2 * self.count :]
        self._ones = self.passes.slopes[..., self.between : self.between + self.count]

    def __call__(self, x: Tensor) -> None:
        """Write the gradient of loss and penalty; the penalised columns of x are used up."""
        passes = self.passes
        passes.forward(x)
        self._slope(passes, self.count)
        self._rest.zero_()
        if self.penalty:
            self._ones.fill_(1.0)
        passes.backward()
        if self.penalty:
            passes.penalise(self.penalty, self.factor)
        passes.weight_gradients()

    def loss(self, objective: Objective) -> Tensor:
        """Return the loss without penalty at the last call's weights, (R,)."""
        real, fake = (
            term(self.passes.answers_whole)[:-TAIL].view(self.passes.answers.shape)[:, 0]
            for term in (objective.real, objective.fake)
        )
        count = self.count
        return real[:, :count].mean(-1) + fake[:, count : 2 * count].mean(-1)


def _slope_logistic(passes: Passes, count: int) -> None:
    torch.sigmoid(passes.answers_whole, out=passes.slopes_whole)
    passes.slopes[..., :count].sub_(1.0)
    passes.slopes_whole.mul_(1.0 / count)


def _slope_least_squares(passes: Passes, count: int) -> None:
    passes.slopes.copy_(passes.answers)
    passes.slopes[..., :count].sub_(1.0)
    passes.slopes_whole.mul_(1.0 / count)


def _slope_hinge(passes: Passes, count: int) -> None:
    answers, slopes = passes.answers, passes.slopes
    torch.lt(answers[..., :count], 1.0, out=slopes[..., :count]).neg_()
    torch.gt(answers[..., count : 2 * count], -1.0, out=slopes[..., count : 2 * count])
    passes.slopes[..., : 2 * count].mul_(1.0 / count)


def _slope_wasserstein(passes: Passes, count: int) -> None:
    passes.slopes[..., :count].fill_(-1.0 / count)
    passes.slopes[..., count : 2 * count].fill_(1.0 / count)


def _slope_g_minimax(passes: Passes, count: int) -> None:
    torch.sigmoid(passes.answers_whole, out=passes.slopes_whole).mul_(-1.0 / count)


def _slope_g_non_saturating(passes: Passes, count: int) -> None:
    whole = torch.sigmoid(passes.answers_whole, out=passes.slopes_whole)
    whole.sub_(1.0).mul_(1.0 / count)


def _slope_g_least_squares(passes: Passes, count: int) -> None:
    torch.sub(passes.answers, 1.0, out=passes.slopes).mul_(1.0 / count)


def _slope_g_score(passes: Passes, count: int) -> None:
    passes.slopes.fill_(-1.0 / count)


Slope = Callable[[Passes, int], None]

#: Derivatives of D's loss by its answers: ``count`` real columns, then generated ones.
D_SLOPES: Mapping[str, Slope] = {
    "minimax": _slope_logistic,
    "non_saturating": _slope_logistic,
    "r1": _slope_logistic,
    "least_squares": _slope_least_squares,
    "hinge": _slope_hinge,
    "wgan_clip": _slope_wasserstein,
    "wgan_gp": _slope_wasserstein,
    "wgan_gp_one_sided": _slope_wasserstein,
}
#: Derivatives of G's loss by D's answers on ``count`` generated columns.
G_SLOPES: Mapping[str, Slope] = {
    "minimax": _slope_g_minimax,
    "non_saturating": _slope_g_non_saturating,
    "r1": _slope_g_non_saturating,
    "least_squares": _slope_g_least_squares,
    "hinge": _slope_g_score,
    "wgan_clip": _slope_g_score,
    "wgan_gp": _slope_g_score,
    "wgan_gp_one_sided": _slope_g_score,
}


class ManualRound:
    """D's steps and G's step for plain networks, into preallocated buffers.

    G does not move while D takes its steps, so one forward pass makes the examples of all of
    them.
    """

    def __init__(self, players: Players) -> None:
        self.players, self.settings = players, players.settings
        settings, flat_g, flat_d = players.settings, players.flat_g, players.flat_d
        batch, self.steps = settings.batch_size, settings.n_critic
        self.count = batch // settings.pack
        count, penalty = self.count, players.objective.penalty
        self.discriminate = DiscriminatorStep(flat_d, settings, players.penalty_weight)
        self.make = Passes(flat_g.weights, None, aligned(self.steps * batch))
        self.generate = Passes(flat_g.weights, flat_g.grads, aligned(batch))
        self.judge = Passes(flat_d.weights, flat_d.grads, aligned(count))
        gans, dim = self.make.answers.shape[:2]
        columns = self.discriminate.passes.columns
        dtype = flat_d.values.dtype
        # (R, pack, D, n_critic, columns) seen as D's inputs
        self.x = torch.zeros(gans, settings.pack, dim, self.steps, columns, dtype=dtype)
        inputs = self.x.flatten(1, 2)
        self.x_step = [inputs[:, :, k] for k in range(self.steps)]
        self.x_real = self.x[..., :count]
        self.x_fake = self.x[..., count : 2 * count]
        between = self.discriminate.between
        self.x_between = self.x[..., between : between + count] if penalty else None
        made = self.make.answers[..., : self.steps * batch]
        made = made.unflatten(-1, (self.steps, count, settings.pack))
        self.made = made.permute(0, 4, 1, 2, 3)
        self.x_judged = torch.zeros(gans, settings.pack, dim, aligned(count), dtype=dtype)

        def by_pack(x: Tensor) -> Tensor:
            """(R, D, B) of G as (R, pack, D, count) of D."""
            return x[..., :batch].unflatten(-1, (count, settings.pack)).permute(0, 3, 1, 2)

        self.generated, self.generated_slopes = map(
            by_pack, (self.generate.answers, self.generate.slopes)
        )
        self.judged_slopes = self.judge.d_input.view(self.x_judged.shape)[..., :count]
        self._unjudged = self.judge.slopes[..., count:]
        self._g_slope = G_SLOPES[settings.objective]

    def __call__(self, block: Block, t: int) -> None:
        """Take step t of the block."""
        settings, count = self.settings, self.count
        gans, _, dim, steps, _ = self.x.shape
        self.make.forward(block.z_d[t])
        real = block.real[t].view(gans, dim, steps, count, settings.pack)
        self.x_real.copy_(real.permute(0, 4, 1, 2, 3))
        self.x_fake.copy_(self.made)
        if self.x_between is not None:
            if self.players.objective.penalty == "zero":
                self.x_between.copy_(self.x_real)
            else:
                eps = block.eps[t].unsqueeze(1)  # (R, 1, 1, n_critic, count)
                torch.lerp(self.x_fake, self.x_real, eps, out=self.x_between)
        for x in self.x_step:
            self.discriminate(x)
            self.players.step_d()
        self.generate.forward(block.z_g[t])
        self.x_judged[..., :count].copy_(self.generated)
        self.judge.forward(self.x_judged.flatten(1, 2))
        self._g_slope(self.judge, count)
        self._unjudged.zero_()
        self.judge.backward()
        self.judge.input_slopes()
        self.generated_slopes.copy_(self.judged_slopes)
        self.generate.backward()
        self.generate.weight_gradients()
        self.players.adam_g.step()

    def losses(self) -> tuple[Tensor, Tensor]:
        """Return D's (without penalty) and G's loss of the last step, each (R,)."""
        terms = self.players.objective.generator(self.judge.answers_whole)
        terms = terms[:-TAIL].view(self.judge.answers.shape)[:, 0, : self.count]
        return self.discriminate.loss(self.players.objective), terms.mean(-1)
