"""Other ways to train many small GANs: the plain loop, and three that batch them.

All of them start from the same weights, see the same examples and noise (drawn by the package's
streams, so that drawing costs everybody the same) and take the same steps, so all must end near the
same weights. Each returns the generators' last biases (R, D), in the order of the GANs.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.plain import gan, wgan
from gentutor.training import GANSettings, train_gans
from gentutor.training._engine.sampling import BLOCK, Source, Streams

Weights = list[Tensor]  # weight (..., in, out) and bias (..., 1, out) by turns


class Draw(NamedTuple):
    """What one step of G consumes; GANs first, examples before features.

    Attributes:
        real: (n_critic, R, B, D).
        z_d: (n_critic, R, B, K).
        eps: (n_critic, R, B, 1).
        z_g: (R, B, K).
    """

    real: Tensor
    z_d: Tensor
    eps: Tensor
    z_g: Tensor


def draws(gans: Sequence[GANSettings], data: Source, steps: int) -> Iterator[Draw]:
    """Yield what each step consumes."""
    first = gans[0]
    streams = Streams(data, gans, 2, dtype=torch.float32)
    for t in range(steps):
        if t % BLOCK == 0:
            block = streams.draw()
            real = block.real.permute(0, 3, 1, 4, 2).contiguous()
            z_d = block.z_d.unflatten(-1, (first.n_critic, -1)).permute(0, 3, 1, 4, 2).contiguous()
            eps = block.eps.permute(0, 3, 1, 4, 2).contiguous()
            z_g = block.z_g.permute(0, 1, 3, 2).contiguous()
        yield Draw(real[t % BLOCK], z_d[t % BLOCK], eps[t % BLOCK], z_g[t % BLOCK])


def penalty(slope: Tensor) -> Tensor:
    """Return WGAN-GP's penalty from slopes (..., B, D), (...)."""
    return (slope.norm(dim=-1) - 1.0).square().mean(-1)


def judge_loss(objective: str, answers: Tensor) -> Tensor:
    """Return D's loss from the answers (..., 2 B) on real and generated examples."""
    real, fake = answers.chunk(2, dim=-1)
    chosen = OBJECTIVES[objective]
    return chosen.real(real).mean(-1) + chosen.fake(fake).mean(-1)


def plain_network(source: nn.Module) -> nn.Sequential:
    """Return one of the package's networks as a torch.nn one."""
    layers = source.net.layers
    net = gan.mlp(*(layer.weight.shape[0] for layer in layers), layers[-1].weight.shape[1])
    for mine, theirs in zip(net[::2], layers, strict=True):
        mine.weight.data.copy_(theirs.weight.mT)
        mine.bias.data.copy_(theirs.bias)
    return net


PLAIN = {  # losses of D and of G
    "minimax": (gan.discriminator_loss, gan.minimax_generator_loss),
    "non_saturating": (gan.discriminator_loss, gan.generator_loss),
}


def plain_loop(gans: Sequence[GANSettings], data: Source, steps: int) -> Tensor:
    """Train one GAN after another by the steps of ``gentutor.plain``; Adam with its defaults."""
    ends = []
    for settings in gans:
        generator, judge = map(plain_network, settings.networks(2))
        adam_g = torch.optim.Adam(generator.parameters(), lr=settings.lr_g, betas=settings.betas)
        adam_d = torch.optim.Adam(judge.parameters(), lr=settings.lr_d, betas=settings.betas)
        game = OBJECTIVES[settings.objective]
        gp_weight = settings.gp_weight if game.penalty else 0.0
        for draw in draws([settings], data, steps):
            for x, z, eps in zip(draw.real[:, 0], draw.z_d[:, 0], draw.eps[:, 0], strict=True):
                if settings.objective in PLAIN:
                    d_loss, _ = PLAIN[settings.objective]
                    gan.discriminator_step(generator, judge, adam_d, x, z, d_loss)
                else:
                    wgan.critic_step(generator, judge, adam_d, x, z, eps, gp_weight)
                if game.clips:
                    wgan.clip_weights(judge, settings.clip)
            if settings.objective in PLAIN:
                _, g_loss = PLAIN[settings.objective]
                gan.generator_step(generator, judge, adam_g, draw.z_g[0], g_loss)
            else:
                wgan.generator_step(generator, judge, adam_g, draw.z_g[0])
        ends.append(generator[-1].bias.detach())
    return torch.stack(ends)


def forward(weights: Weights, x: Tensor) -> Tensor:
    """Map (R, B, in) to (R, B, out) by R networks."""
    for i in range(0, len(weights), 2):
        x = torch.baddbmm(weights[i + 1], x, weights[i])
        if i + 2 < len(weights):
            x = x.relu()
    return x


def d_total(
    weights: Weights, objective: str, x_real: Tensor, x_fake: Tensor, eps: Tensor, weight: float
) -> Tensor:
    """Return D's loss and penalty, summed over the GANs."""
    answers = forward(weights, torch.cat([x_real, x_fake], dim=-2)).squeeze(-1)
    loss = judge_loss(objective, answers)
    if OBJECTIVES[objective].penalty:
        x = torch.lerp(x_fake, x_real, eps)
        slope = grad(lambda x: forward(weights, x).sum())(x)
        loss = loss + weight * penalty(slope)
    return loss.sum()


def g_total(weights: Weights, judge: Weights, objective: str, z: Tensor) -> Tensor:
    """Return G's loss, summed over the GANs."""
    answers = forward(judge, forward(weights, z)).squeeze(-1)
    return OBJECTIVES[objective].generator(answers).mean(-1).sum()


Gradient = Callable[..., Weights]


def train_stacked(
    gans: Sequence[GANSettings],
    data: Source,
    steps: int,
    d_gradient: Gradient,
    g_gradient: Gradient,
) -> Tensor:
    """Train all GANs in one stack, given functions that return the gradients."""
    first = gans[0]
    pairs = [settings.networks(2) for settings in gans]
    players: list[Weights] = []
    for networks in zip(*pairs, strict=True):
        layers = [net.net.layers for net in networks]
        players.append(
            [
                torch.stack([value(one[i]) for one in layers]).detach().requires_grad_()
                for i in range(len(layers[0]))
                for value in (lambda layer: layer.weight, lambda layer: layer.bias[None])
            ]
        )
    generator, judge = players
    adam_g = torch.optim.Adam(generator, lr=first.lr_g, betas=first.betas, fused=True)
    adam_d = torch.optim.Adam(judge, lr=first.lr_d, betas=first.betas, fused=True)

    def update(weights: Weights, gradients: Weights, adam: torch.optim.Adam) -> None:
        for p, g in zip(weights, gradients, strict=True):
            p.grad = g.contiguous()  # fused Adam ignores strides
        adam.step()

    name, weight = first.objective, first.gp_weight
    for draw in draws(gans, data, steps):
        for k in range(first.n_critic):
            with torch.no_grad():
                x_fake = forward(generator, draw.z_d[k])
            update(
                judge, d_gradient(judge, name, draw.real[k], x_fake, draw.eps[k], weight), adam_d
            )
            if OBJECTIVES[name].clips:
                with torch.no_grad():
                    torch._foreach_clamp_min_(judge, -first.clip)
                    torch._foreach_clamp_max_(judge, first.clip)
        update(generator, g_gradient(generator, judge, name, draw.z_g), adam_g)
    return generator[-1].detach()[:, 0]


def by_autograd(total: Callable[..., Tensor]) -> Gradient:
    """Return the gradient by PyTorch's tape."""
    return lambda weights, *rest: list(torch.autograd.grad(total(weights, *rest), weights))


def d_total_tape(
    weights: Weights, objective: str, x_real: Tensor, x_fake: Tensor, eps: Tensor, weight: float
) -> Tensor:
    """Do the same with the tape's double backward."""
    loss = judge_loss(
        objective, forward(weights, torch.cat([x_real, x_fake], dim=-2)).squeeze(-1)
    ).sum()
    if OBJECTIVES[objective].penalty:
        x = torch.lerp(x_fake, x_real, eps).requires_grad_()
        (slope,) = torch.autograd.grad(forward(weights, x).sum(), x, create_graph=True)
        loss = loss + weight * penalty(slope).sum()
    return loss


def batched(gans: Sequence[GANSettings], data: Source, steps: int) -> Tensor:
    """Train by batched matrix products and autograd."""
    return train_stacked(gans, data, steps, by_autograd(d_total_tape), by_autograd(g_total))


COMPILED_D, COMPILED_G = (torch.compile(total, dynamic=False) for total in (d_total, g_total))
COMPILED_GRADIENT = torch.compile(grad(d_total), dynamic=False)


def compiled(gans: Sequence[GANSettings], data: Source, steps: int) -> Tensor:
    """Train by batched matrix products and compiled losses.

    PyTorch compiles their backward pass too, but no double backward: with a penalty the gradient
    by torch.func is compiled as a whole, which is slower where there is a choice.
    """
    penalised = OBJECTIVES[gans[0].objective].penalty is not None
    d_gradient = COMPILED_GRADIENT if penalised else by_autograd(COMPILED_D)
    return train_stacked(gans, data, steps, d_gradient, by_autograd(COMPILED_G))


def by_vmap(gans: Sequence[GANSettings], data: Source, steps: int) -> Tensor:
    """Train by torch.func: the gradient of one network, mapped over the GANs."""
    nets = [plain_network(net) for net in gans[0].networks(2)]
    names = [[name for name, _ in net.named_parameters()] for net in nets]

    def named(which: int, weights: Weights) -> dict[str, Tensor]:
        values = [w.squeeze(-2) if i % 2 else w.mT for i, w in enumerate(weights)]
        return dict(zip(names[which], values, strict=True))

    def call(which: int, weights: Weights, x: Tensor) -> Tensor:
        return functional_call(nets[which], named(which, weights), (x,))

    def d_one(
        weights: Weights, name: str, x_real: Tensor, x_fake: Tensor, eps: Tensor, weight: float
    ) -> Tensor:
        loss = judge_loss(name, call(1, weights, torch.cat([x_real, x_fake])).squeeze(-1))
        if OBJECTIVES[name].penalty:
            x = torch.lerp(x_fake, x_real, eps)
            loss = loss + weight * penalty(grad(lambda x: call(1, weights, x).sum())(x))
        return loss

    def g_one(weights: Weights, judge: Weights, name: str, z: Tensor) -> Tensor:
        answers = call(1, judge, call(0, weights, z)).squeeze(-1)
        return OBJECTIVES[name].generator(answers).mean()

    return train_stacked(
        gans,
        data,
        steps,
        vmap(grad(d_one), in_dims=(0, None, 0, 0, 0, None)),
        vmap(grad(g_one), in_dims=(0, 0, None, 0)),
    )


def ours(gans: Sequence[GANSettings], data: Source, steps: int) -> Tensor:
    """Train by the package, with all that it checks and records."""
    generators = train_gans(gans, data, steps=steps).generators
    return torch.stack([net.net.layers[-1].bias.detach() for net in generators])


CONTENDERS = {
    "gentutor": ours,
    "plain loop": plain_loop,
    "vmap": by_vmap,
    "batched autograd": batched,
    "torch.compile": compiled,
}
