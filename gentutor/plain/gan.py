"""Generative adversarial network (Goodfellow et al., 2014)."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import softplus


def mlp(*sizes):  # G: mlp(2, 64, 64, 2), z to x; D: mlp(2, 64, 64, 1)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])  # D's answer: a logit


def discriminator_loss(real, fake):  # -E log D(x) - E log(1 - D(G(z)))
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake):  # non-saturating: -E log D(G(z))
    return softplus(-fake).mean()


def minimax_generator_loss(fake):  # E log(1 - D(G(z)))
    return -softplus(fake).mean()


def least_squares_discriminator_loss(real, fake):  # 1 real, 0 fake
    return 0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()


def least_squares_generator_loss(fake):
    return 0.5 * (fake - 1).square().mean()


def discriminator_step(
    generator, discriminator, optimiser, x, z, objective=discriminator_loss
):
    fake = generator(z).detach()  # no gradient reaches the generator
    loss = objective(discriminator(x), discriminator(fake))
    optimiser.zero_grad()  # also of what the generator's step left here
    loss.backward()
    optimiser.step()
    return loss.item()


def generator_step(
    generator, discriminator, optimiser, z, objective=generator_loss
):
    loss = objective(discriminator(generator(z)))  # through D: no detach
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()  # holds the generator's weights: D stays
    return loss.item()


def train(generator, discriminator, data, steps=2000, batch=128, lr=1e-3):
    betas = (0.5, 0.9)  # of Adam
    adam_d = torch.optim.Adam(discriminator.parameters(), lr, betas)
    adam_g = torch.optim.Adam(generator.parameters(), lr, betas)
    for _ in range(steps):
        x = data[torch.randint(len(data), (batch,))]
        z = torch.randn(2, batch, generator[0].in_features)
        discriminator_step(generator, discriminator, adam_d, x, z[0])
        generator_step(generator, discriminator, adam_g, z[1])
