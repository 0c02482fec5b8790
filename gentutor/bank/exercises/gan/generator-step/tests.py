"""Properties of the generator's step."""

import math

import torch
from torch import nn

from gentutor.plain import gan
from gentutor.proof.properties import (
    Descent,
    expect,
    same,
    seeded,
    spread,
    weights,
)

Z = spread(8, 3, seed=6)


def given():
    generator, discriminator = (
        seeded(gan.mlp(3, 8, 2), 1),
        seeded(gan.mlp(2, 8, 1), 2),
    )
    return generator, discriminator, Descent(generator.parameters())


def check_loss(generator_step):
    """the non-saturating loss"""
    generator, discriminator, optimiser = given()
    logits = discriminator(generator(Z))
    expected, minimax = (
        gan.generator_loss(logits),
        gan.minimax_generator_loss(logits),
    )
    mistakes = {
        "That is E log(1 − D(G(z))), the minimax loss, which saturates when D is sure.": minimax,
        "The sign is turned: a step on it makes the fakes less real.": -expected,
        "The label is turned: that is −E log(1 − D(G(z))), the discriminator's part.": -minimax,
        "A sigmoid is taken twice: the loss on logits has one inside.": (
            gan.generator_loss(logits.sigmoid())
        ),
        "That is a sum over the batch: the expectation is a mean.": 8
        * expected,
    }
    saw = generator_step(generator, discriminator, optimiser, Z)
    same(saw, expected, "The loss", mistakes)


def moves(step, fill=None):
    """Return how far a step moves both nets."""
    generator, discriminator, optimiser = given()
    for weight in generator.parameters():
        weight.grad = None if fill is None else torch.full_like(weight, fill)
    before = weights(generator), weights(discriminator)
    step(generator, discriminator, optimiser, Z)
    return weights(generator) - before[0], weights(discriminator) - before[1]


def check_step(generator_step):
    """the generator moves down its own loss"""
    moved, expected = moves(generator_step)[0], moves(gan.generator_step)[0]
    mistakes = {
        "It has not moved: no gradient came through the discriminator. Is something detached?": (
            0 * expected
        ),
        "It climbs its loss: optimisers descend.": -expected,
    }
    same(moved, expected, "The move of the generator's weights", mistakes)


def check_discriminator_stays(generator_step):
    """no step of the discriminator, which can still be trained"""
    moved = moves(generator_step)[1]
    same(
        moved,
        0 * moved,
        "The move of the discriminator's weights in the generator's step",
    )
    generator, discriminator, optimiser = given()
    generator_step(generator, discriminator, optimiser, Z)
    open_ = all(weight.requires_grad for weight in discriminator.parameters())
    expect(
        open_,
        "The discriminator's weights take no gradients after the step: it stays frozen.",
    )


def check_old_gradients(generator_step):
    """old gradients are forgotten"""
    moved, expected = (
        moves(generator_step, fill=5.0)[0],
        moves(gan.generator_step)[0],
    )
    mistakes = {
        "Old gradients are added. Is zero_grad missing?": expected - 0.5,
        "It has not moved: is zero_grad called after backward?": 0 * expected,
    }
    same(moved, expected, "The move of the generator's weights", mistakes)


def check_sure(generator_step):
    """a strong gradient where D is sure that all is fake"""
    generator, discriminator = nn.Linear(2, 2), nn.Linear(2, 1)
    seeded(generator, scale=0.0)
    seeded(discriminator, scale=0.0)
    discriminator.weight.data = torch.tensor([[1.0, 0.0]])
    discriminator.bias.data = torch.tensor([-200.0])
    saw = generator_step(
        generator,
        discriminator,
        Descent(generator.parameters()),
        torch.ones(4, 2),
    )
    expect(
        math.isfinite(float(saw)),
        f"At a logit of −200 the loss is {float(saw)}: the sigmoid is 0 in float32. Use the logits.",
    )
    same(saw, 200.0, "The loss at a logit of −200")
    same(
        generator.bias[0],
        0.1,
        "The move of the generator's bias at lr 0.1, slope 1",
    )
