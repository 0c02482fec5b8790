"""One step of G, and D's steps before it, for a group of GANs of any kind: by autograd."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gentutor.checks import trusted
from gentutor.models.gan import pack_examples
from gentutor.objectives.adversarial import gradient_penalties, unrolled
from gentutor.training._engine.flat import ALIGN, TAIL
from gentutor.training._engine.players import Players
from gentutor.training._engine.sampling import Block

Term = Callable[[Tensor], Tensor]


class AutogradRound:
    """D's steps and G's step, as :class:`gentutor.training._engine.by_hand.ManualRound` takes them.

    Batches are filled with zeros up to whole cache lines, for the sake of equal bits (see
    :mod:`gentutor.training._engine.flat`); means leave the filling out.
    """

    def __init__(self, players: Players) -> None:
        self.players = players
        self.pack = players.settings.pack
        self.count = players.settings.batch_size // self.pack
        self._losses: tuple[Tensor, Tensor] = (torch.empty(0), torch.empty(0))

    def _fill(self, x: Tensor) -> Tensor:
        """Return (R, N', D) with as many whole packs as fill cache lines."""
        return nn.functional.pad(x, (0, 0, 0, -x.shape[1] % (ALIGN * self.pack)))

    def _mean(self, term: Term, answers: Tensor) -> Tensor:
        """Return the mean over the batch, (R,); each element in a whole vector register."""
        filled = nn.functional.pad(answers[:, : self.count], (0, -self.count % TAIL))
        return term(filled)[:, : self.count].mean(-1)

    def _d_loss(self, judge: Term, x_real: Tensor, x_fake: Tensor) -> Tensor:
        objective = self.players.objective
        real = self._mean(objective.real, judge(x_real))
        return real + self._mean(objective.fake, judge(x_fake))

    def _penalty(self, x_real: Tensor, x_fake: Tensor, eps: Tensor) -> Tensor:
        kind, net = self.players.objective.penalty or "", self.players.discriminator
        real, fake = (pack_examples(x, self.pack) for x in (x_real, x_fake))
        if kind == "zero":
            x = real
        else:
            eps = nn.functional.pad(eps, (0, 0, 0, real.shape[1] - self.count))
            x = torch.lerp(fake, real, eps)
        return gradient_penalties(net.judge, x, kind)[:, : self.count].mean(-1)

    @trusted()
    @torch.enable_grad()
    def __call__(self, block: Block, t: int) -> None:
        """Take step t of the block."""
        players, settings = self.players, self.players.settings
        net = players.discriminator
        for k in range(settings.n_critic):
            part = slice(k * settings.batch_size, (k + 1) * settings.batch_size)
            with torch.no_grad():
                x_fake = players.generator(self._fill(block.z_d[t, :, :, part].mT))
            x_real = self._fill(block.real[t, :, :, k].mT)
            net.update_norms()
            d_loss = total = self._d_loss(net, x_real, x_fake)
            if players.objective.penalty:
                eps = block.eps[t, :, 0, k, :, None]
                total = d_loss + players.penalty_weight * self._penalty(x_real, x_fake, eps)
            players.flat_d.differentiate(total.sum())
            players.step_d()
        fake = players.generator(self._fill(block.z_g[t, :, :, : settings.batch_size].mT))
        judge: Term = net
        if settings.unroll:
            weights = unrolled(
                net,
                lambda d: self._d_loss(d, x_real, fake),
                steps=settings.unroll,
                lr=settings.unroll_lr,
            )
            judge = lambda x: functional_call(net, weights, (x,))  # noqa: E731
        g_loss = self._mean(players.objective.generator, judge(fake))
        players.flat_g.differentiate(g_loss.sum())
        players.adam_g.step()
        self._losses = d_loss.detach(), g_loss.detach()

    def losses(self) -> tuple[Tensor, Tensor]:
        """Return D's (without penalty) and G's loss of the last step, each (R,)."""
        return self._losses
