"""A round of the engine against a plain PyTorch loop; each player's step leaves the other be."""

from functools import partial
from itertools import product

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import normalize

from gentutor.nn import stack
from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.plain import gan
from gentutor.training import GANSettings
from gentutor.training._engine.by_autograd import AutogradRound
from gentutor.training._engine.by_hand import ManualRound
from gentutor.training._engine.grouping import plain
from gentutor.training._engine.players import Players
from gentutor.training._engine.sampling import Block, Streams


class Cloud:
    """Normal data off the origin."""

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        return 1.5 + 0.5 * torch.randn(count, 2, generator=generator)


def start(gans: list[GANSettings]) -> tuple[Players, Block, list[tuple[nn.Module, nn.Module]]]:
    """Return players, their next block of data and noise, and the same networks unstacked."""
    pairs = [tuple(net.double() for net in settings.networks(2)) for settings in gans]
    generator, discriminator = (stack(nets) for nets in zip(*pairs, strict=True))
    streams = Streams(Cloud(), gans, 2, dtype=torch.float64)
    return Players(gans, generator, discriminator), streams.draw(), pairs


def packed(x: Tensor, m: int) -> Tensor:
    """Return m successive examples side by side, (N, D) to (N / m, m D)."""
    return torch.cat([x[i::m] for i in range(m)], dim=1)


class Judge(nn.Module):
    """The same weights in the fewest lines; with ``spectral`` each matrix is divided by u W v."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.vectors = [value.clone() for value in net.buffers()]

    def forward(self, x: Tensor) -> Tensor:
        """Map packs (N, m D) to answers (N,)."""
        matrices, biases = list(self.net.parameters())[::2], list(self.net.parameters())[1::2]
        for i, (matrix, bias) in enumerate(zip(matrices, biases, strict=True)):
            if self.vectors:
                u = self.vectors[i]
                v = normalize((matrix @ u.T).detach(), dim=0)
                matrix = matrix / (v.T @ matrix @ u.T)
            x = (x.relu() if i else x) @ matrix + bias
        return x[:, 0]

    def iterate(self) -> None:
        """Take the power iteration that comes before each step."""
        for u, matrix in zip(self.vectors, list(self.parameters())[::2], strict=False):
            v = normalize(matrix.detach() @ u.T, dim=0)
            u.copy_(normalize(matrix.detach().T @ v, dim=0).T)


class PlainLoop:
    """One GAN of the sweep, trained by the steps of ``gentutor.plain``: no batching."""

    def __init__(self, settings: GANSettings, generator: nn.Module, net: nn.Module, step, losses):
        self.settings, self.generator, self.judge = settings, generator, Judge(net)
        self.step, (self.d_loss, self.g_loss) = step, losses[settings.objective]
        self.adam_g, self.adam_d = (
            torch.optim.Adam(each.parameters(), lr, betas=settings.betas)
            for each, lr in ((generator, settings.lr_g), (net, settings.lr_d))
        )

    def packs(self, z: Tensor) -> Tensor:
        """Generate; a GAN whose judge sees packs is a GAN whose generator makes packs."""
        return packed(self.generator(z), self.settings.pack)

    def ahead(self, x: Tensor, fake: Tensor) -> Tensor:
        """Judge by the weights that ``unroll`` gradient steps would give, differentiably."""
        weights = dict(self.judge.named_parameters())
        for _ in range(self.settings.unroll):
            real, generated = (functional_call(self.judge, weights, (each,)) for each in (x, fake))
            look = self.d_loss(real, generated)
            grads = torch.autograd.grad(look, list(weights.values()), create_graph=True)
            pairs = zip(weights.items(), grads, strict=True)
            weights = {
                name: weight - self.settings.unroll_lr * grad for (name, weight), grad in pairs
            }
        return functional_call(self.judge, weights, (fake,))

    def round(self, block: Block, r: int, t: int) -> tuple[float, float]:
        """Take D's steps and G's step with the numbers of GAN r at step t; return losses."""
        settings = self.settings
        noise = block.z_d[t, r].mT.split(settings.batch_size)
        for k in range(settings.n_critic):
            x, eps = (
                packed(block.real[t, r, :, k].mT, settings.pack),
                block.eps[t, r, 0, k, :, None],
            )
            self.judge.iterate()
            d_loss, _ = self.step(
                settings.objective,
                self.packs,
                self.judge,
                self.adam_d,
                x,
                noise[k],
                eps,
                settings.gp_weight,
                settings.clip,
            )
        z = block.z_g[t, r, :, : settings.batch_size].mT
        judge = partial(self.ahead, x)
        g_loss = gan.generator_step(self.packs, judge, self.adam_g, z, self.g_loss)
        return d_loss, g_loss


SHAPES = [{}, {"pack": 3}, {"spectral": True}, {"unroll": 2}, {"unroll": 1, "spectral": True}]


@pytest.mark.parametrize(("objective", "options"), [*product(OBJECTIVES, SHAPES)])
def test_three_rounds_are_those_of_a_plain_loop(objective, options, plain_step, plain_losses):
    """Weights of both networks in float64; rates, penalties and bounds differ by GAN."""
    gans = [
        GANSettings(
            objective,
            seed=s,
            n_critic=2,
            batch_size=12,
            hidden=(11, 7),
            lr_d=2e-3 * (1 + s),
            lr_g=1e-3 * (1 + s),
            gp_weight=0.3 + s,
            clip=0.2 + 0.2 * s,
            **options,
        )
        for s in range(2)
    ]
    players, block, pairs = start(gans)
    kind = ManualRound if plain(gans[0]) else AutogradRound
    with torch.no_grad():
        engine = kind(players)
        for t in range(3):
            engine(block, t)
    for r, (settings, pair) in enumerate(zip(gans, pairs, strict=True)):
        before = [value.clone() for net in pair for value in net.parameters()]
        loop = PlainLoop(settings, *pair, plain_step, plain_losses)
        for t in range(3):
            losses = loop.round(block, r, t)
        found = tuple(each[r].item() for each in engine.losses())
        assert found == pytest.approx(losses, rel=1e-9)
        stacked = [*players.generator.parameters(), *players.discriminator.parameters()]
        alone = [value for net in pair for value in net.parameters()]
        for mine, theirs, old in zip(stacked, alone, before, strict=True):
            torch.testing.assert_close(mine[r], theirs, rtol=1e-8, atol=1e-10)
            moved = not torch.equal(theirs, old)
            assert moved or theirs is pair[1].net.layers[-1].bias  # a critic's constant is free


@pytest.mark.parametrize("by_autograd", [False, True])
@pytest.mark.parametrize(("objective", "options"), [*product(OBJECTIVES, SHAPES)])
def test_a_step_of_one_player_leaves_the_other_bit_for_bit(objective, options, by_autograd):
    """Weights, buffers and gradients, watched at every step of two rounds."""
    settings = {"n_critic": 3, "batch_size": 12, "hidden": (16, 16)} | options
    gans = [GANSettings(objective, seed=s, **settings) for s in range(2)]
    if not by_autograd and not plain(gans[0]):
        return
    players, block, _ = start(gans)

    def bits(of: str) -> list[Tensor]:
        net, flat = getattr(players, of), getattr(players, f"flat_{of[0]}")
        return [value.clone() for value in (*net.state_dict().values(), flat.grad)]

    def same(a: list[Tensor], b: list[Tensor]) -> bool:
        return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))

    log: list[str] = []
    last = {of: bits(of) for of in ("generator", "discriminator")}

    def watched(step, mover: str, other: str):
        def stepped() -> None:
            assert same(bits(other), last[other]), f"{other} moved before a step of {mover}"
            before = bits(mover)
            step()
            assert same(bits(other), last[other]), f"{other} moved with {mover}"
            assert not same(bits(mover)[:-1], before[:-1])
            last[mover] = bits(mover)
            log.append(mover[0])

        return stepped

    players.step_d = watched(players.step_d, "discriminator", "generator")
    players.adam_g.step = watched(players.adam_g.step, "generator", "discriminator")
    with torch.no_grad():
        engine = (AutogradRound if by_autograd else ManualRound)(players)
        for t in range(2):
            engine(block, t)
            assert same(bits("discriminator"), last["discriminator"])
            assert same(bits("generator"), last["generator"])
    assert "".join(log) == "dddgdddg"
    nets = players.generator, players.discriminator
    assert all(p.grad is None for net in nets for p in net.parameters())


def test_all_that_a_block_draws_is_drawn_apart():
    """Noise of both players, places of the penalty and data: uncorrelated, of the stated laws."""
    gans = [GANSettings("wgan_gp", seed=s, n_critic=2) for s in range(2)]
    real, z_d, z_g, eps = Streams(Cloud(), gans, 2, dtype=torch.float64).draw()
    numbers = torch.stack(
        [
            *z_d.view(16, 2, 2, 2, 128).unbind(3),  # D's two steps
            z_g,
            *real.unbind(3),
            *(3**0.5 * (2 * each - 1).expand(-1, -1, 2, -1) for each in eps.unbind(3)),
        ]
    )
    numbers[3:5] = (numbers[3:5] - 1.5) / 0.5
    places = numbers.transpose(1, 2).reshape(14, -1)  # of each GAN apart; 4,096 numbers
    moments = places @ places.T / places.shape[1]
    torch.testing.assert_close(moments, torch.eye(14, dtype=torch.float64), atol=0.1, rtol=0)
    assert float(places.mean(1).abs().max()) < 0.08
