"""Wasserstein GAN (Arjovsky et al., 2017; Gulrajani et al., 2017)."""

from itertools import pairwise

import torch
from torch import nn


def mlp(*sizes):  # G: mlp(2, 64, 64, 2), z to x; critic: mlp(2, 64, 64, 1)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])  # a score: no sigmoid


def critic_loss(real, fake):  # minus the estimate of W1
    return fake.mean() - real.mean()


def generator_loss(fake):
    return -fake.mean()


@torch.no_grad()
def clip_weights(critic, c=0.01):  # after each of the critic's steps
    for weight in critic.parameters():
        weight.clamp_(-c, c)


def gradient_penalty(critic, x, fake, eps):  # eps (N, 1): one an example
    between = (eps * x + (1 - eps) * fake).detach().requires_grad_()
    scores = critic(between).sum()  # each depends on its own point only
    (slope,) = torch.autograd.grad(scores, between, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean()


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    fake = generator(z).detach()
    total = loss = critic_loss(critic(x), critic(fake))
    if gp_weight:  # 0 where the weights are clipped instead
        total = loss + gp_weight * gradient_penalty(critic, x, fake, eps)
    optimiser.zero_grad()
    total.backward()
    optimiser.step()
    return loss.item()


def generator_step(generator, critic, optimiser, z):
    loss = generator_loss(critic(generator(z)))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def train(
    generator, critic, data, steps=1000, n_critic=5, gp_weight=10.0, clip=None
):
    adam_c = torch.optim.Adam(critic.parameters(), 1e-3, (0.5, 0.9))
    adam_g = torch.optim.Adam(generator.parameters(), 1e-3, (0.5, 0.9))
    for _ in range(steps):
        for _ in range(n_critic):
            x = data[torch.randint(len(data), (128,))]
            z = torch.randn(len(x), generator[0].in_features)
            eps = torch.rand(len(x), 1)
            critic_step(generator, critic, adam_c, x, z, eps, gp_weight)
            if clip:  # with gp_weight=0
                clip_weights(critic, clip)
        generator_step(generator, critic, adam_g, torch.randn_like(z))
