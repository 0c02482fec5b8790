"""A round of the engine against a plain PyTorch loop; each player's step leaves the other be."""

from itertools import product

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, relu, softplus

from gentutor.nn import stack
from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.training.by_autograd import AutogradRound
from gentutor.training.by_hand import ManualRound
from gentutor.training.players import Players
from gentutor.training.replica import Replica
from gentutor.training.streams import Block, Streams


class Cloud:
    """Normal data off the origin."""

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        return 1.5 + 0.5 * torch.randn(count, 2, generator=generator)


def start(replicas: list[Replica]) -> tuple[Players, Block, list[tuple[nn.Module, nn.Module]]]:
    """Return players, their next block of data and noise, and the same networks unstacked."""
    pairs = [tuple(net.double() for net in replica.networks(2)) for replica in replicas]
    generator, discriminator = (stack(nets) for nets in zip(*pairs, strict=True))
    streams = Streams(Cloud(), replicas, 2, dtype=torch.float64)
    return Players(replicas, generator, discriminator), streams.draw(), pairs


# (D's terms on real and on generated answers, G's term), as the papers have them
LOGISTIC = (lambda a: softplus(-a), softplus)
SCORE = (lambda a: -a, lambda a: a, lambda a: -a)
TERMS = {
    "minimax": (*LOGISTIC, lambda a: -softplus(a)),
    "non_saturating": (*LOGISTIC, lambda a: softplus(-a)),
    "r1": (*LOGISTIC, lambda a: softplus(-a)),
    "least_squares": (lambda a: (a - 1) ** 2 / 2, lambda a: a**2 / 2, lambda a: (a - 1) ** 2 / 2),
    "hinge": (lambda a: relu(1 - a), lambda a: relu(1 + a), lambda a: -a),
} | dict.fromkeys(("wgan_clip", "wgan_gp", "wgan_gp_one_sided"), SCORE)


class PlainLoop:
    """One GAN of the sweep, trained as a tutorial would: torch's Adam, autograd, no batching."""

    def __init__(self, replica: Replica, generator: nn.Module, net: nn.Module) -> None:
        self.replica, self.generator, self.net = replica, generator, net
        self.vectors = [net.get_buffer(name).clone() for name, _ in net.named_buffers()]
        self.adam_g, self.adam_d = (
            torch.optim.Adam(each.parameters(), lr, betas=replica.betas)
            for each, lr in ((generator, replica.lr_g), (net, replica.lr_d))
        )

    def answer(self, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
        """Judge packs side by side; with ``spectral``, divide by u W v."""
        x = torch.cat([x[i :: self.replica.pack] for i in range(self.replica.pack)], dim=1)
        return self.judge(x, weights)

    def judge(self, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
        matrices, biases = list(weights.values())[::2], list(weights.values())[1::2]
        for i, (matrix, bias) in enumerate(zip(matrices, biases, strict=True)):
            if self.replica.spectral:
                u = self.vectors[i]
                v = normalize((matrix @ u.T).detach(), dim=0)
                matrix = matrix / (v.T @ matrix @ u.T)
            x = (x.relu() if i else x) @ matrix + bias
        return x[:, 0]

    def d_loss(self, weights: dict[str, Tensor], x: Tensor, x_hat: Tensor) -> Tensor:
        real, fake, _ = TERMS[self.replica.objective]
        return real(self.answer(x, weights)).mean() + fake(self.answer(x_hat, weights)).mean()

    def penalty(self, weights: dict[str, Tensor], x: Tensor, x_hat: Tensor, eps: Tensor) -> Tensor:
        pack = self.replica.pack
        x, x_hat = (torch.cat([part[i::pack] for i in range(pack)], 1) for part in (x, x_hat))
        at = x if self.replica.objective == "r1" else eps * x + (1 - eps) * x_hat
        at = at.detach().requires_grad_()
        (slope,) = torch.autograd.grad(self.judge(at, weights).sum(), at, create_graph=True)
        norm = slope.norm(dim=1)
        over = {
            "r1": norm**2 / 2,
            "wgan_gp": (norm - 1) ** 2,
            "wgan_gp_one_sided": relu(norm - 1) ** 2,
        }
        return self.replica.gp_weight * over[self.replica.objective].mean()

    def round(self, block: Block, r: int, t: int) -> tuple[float, float]:
        """Take D's steps and G's step with the numbers of replica r at step t; return losses."""
        replica, weights = self.replica, dict(self.net.named_parameters())
        noise = block.z_d[t, r].mT.split(replica.batch_size)
        for k in range(replica.n_critic):
            x, x_hat = block.real[t, r, :, k].mT, self.generator(noise[k]).detach()
            if replica.spectral:
                matrices = list(weights.values())[::2]
                for u, matrix in zip(self.vectors, matrices, strict=True):
                    v = normalize(matrix.detach() @ u.T, dim=0)
                    u.copy_(normalize(matrix.detach().T @ v, dim=0).T)
            d_loss = loss = self.d_loss(weights, x, x_hat)
            if replica.objective in ("r1", "wgan_gp", "wgan_gp_one_sided"):
                loss = loss + self.penalty(weights, x, x_hat, block.eps[t, r, 0, k, :, None])
            self.adam_d.zero_grad()
            loss.backward()
            self.adam_d.step()
            if replica.objective == "wgan_clip":
                for weight in self.net.parameters():
                    weight.data.clamp_(-replica.clip, replica.clip)
        fake, ahead = self.generator(block.z_g[t, r, :, : replica.batch_size].mT), weights
        for _ in range(replica.unroll):
            look = self.d_loss(ahead, x, fake)
            grads = torch.autograd.grad(look, list(ahead.values()), create_graph=True)
            pairs = zip(ahead.items(), grads, strict=True)
            ahead = {name: weight - replica.unroll_lr * grad for (name, weight), grad in pairs}
        self.adam_g.zero_grad()
        g_loss = TERMS[replica.objective][2](self.answer(fake, ahead)).mean()
        g_loss.backward()
        self.adam_g.step()
        return d_loss.item(), g_loss.item()


SHAPES = [{}, {"pack": 3}, {"spectral": True}, {"unroll": 2}, {"unroll": 1, "spectral": True}]


@pytest.mark.parametrize(("objective", "options"), [*product(OBJECTIVES, SHAPES)])
def test_three_rounds_are_those_of_a_plain_loop(objective, options):
    """Weights of both networks in float64; rates, penalties and bounds differ by replica."""
    replicas = [
        Replica(
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
    players, block, pairs = start(replicas)
    kind = ManualRound if replicas[0].plain else AutogradRound
    with torch.no_grad():
        engine = kind(players)
        for t in range(3):
            engine(block, t)
    for r, (replica, pair) in enumerate(zip(replicas, pairs, strict=True)):
        before = [value.clone() for net in pair for value in net.parameters()]
        loop = PlainLoop(replica, *pair)
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
    replicas = [Replica(objective, seed=s, **settings) for s in range(2)]
    if not by_autograd and not replicas[0].plain:
        return
    players, block, _ = start(replicas)

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
