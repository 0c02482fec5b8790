"""Properties of the discriminator's step."""

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

X, Z = spread(8, 2, seed=5) + 1, spread(8, 3, seed=6)


def given():
    generator, discriminator = (
        seeded(gan.mlp(3, 8, 2), 1),
        seeded(gan.mlp(2, 8, 1), 2),
    )
    return generator, discriminator, Descent(discriminator.parameters())


def check_undecided(discriminator_step):
    """the loss 2 log 2 where D is ½ everywhere"""
    generator, discriminator, _ = given()
    seeded(discriminator, scale=0.0)
    saw = discriminator_step(
        generator, discriminator, Descent(discriminator.parameters()), X, Z
    )
    once = math.log(1 + math.exp(0.5))
    mistakes = {
        "The halves are averaged: the game's value has a sum.": math.log(2),
        "A sigmoid is taken twice: the loss on logits has one inside.": 2
        * once
        - 0.5,
        "The sign is turned: this is minimised, so D maximises its negative.": -2
        * math.log(2),
        "That is sums over the batch: the expectations are means.": 16
        * math.log(2),
    }
    same(
        saw,
        2 * math.log(2),
        "The loss of an undecided discriminator",
        mistakes,
    )


def check_loss(discriminator_step):
    """real is 1 and fake is 0"""
    generator, discriminator, optimiser = given()
    real, fake = discriminator(X), discriminator(generator(Z))
    expected = gan.discriminator_loss(real, fake)
    mistakes = {
        "Real and fake have changed places.": gan.discriminator_loss(
            fake, real
        ),
        "Both are taken as real.": gan.discriminator_loss(real, -fake),
        "That is the loss of least squares.": gan.least_squares_discriminator_loss(
            real, fake
        ),
    }
    saw = discriminator_step(generator, discriminator, optimiser, X, Z)
    same(saw, expected, "The loss", mistakes)


def check_generator_stays(discriminator_step):
    """no gradient in the generator, and no step of it"""
    generator, discriminator, optimiser = given()
    before = weights(generator)
    discriminator_step(generator, discriminator, optimiser, X, Z)
    same(weights(generator), before, "The generator's weights after D's step")
    touched = [
        weight.grad is not None and weight.grad.abs().max() > 0
        for weight in generator.parameters()
    ]
    expect(
        not any(touched),
        "The step leaves a gradient in the generator, where the next step may find it. "
        "Is the fake sample detached?",
    )
    open_ = all(weight.requires_grad for weight in generator.parameters())
    expect(
        open_,
        "The generator's weights no longer take gradients after the step.",
    )


def check_step(discriminator_step):
    """the discriminator moves down its own loss"""
    generator, discriminator, optimiser = given()
    before = weights(discriminator)
    discriminator_step(generator, discriminator, optimiser, X, Z)
    expect(
        optimiser.calls.count("step") == 1,
        f"The optimiser was asked: {optimiser.calls}.",
    )
    moved = weights(discriminator) - before
    _, twin, descent = given()
    gan.discriminator_step(generator, twin, descent, X, Z)
    expected = weights(twin) - before
    mistakes = {
        "It has not moved: does backward come before step, and does the loss reach D?": 0
        * expected,
        "It climbs its loss: optimisers descend.": -expected,
    }
    same(moved, expected, "The move of the discriminator's weights", mistakes)


def check_old_gradients(discriminator_step):
    """what the generator's step left in D is forgotten"""
    generator, discriminator, optimiser = given()
    for weight in discriminator.parameters():
        weight.grad = torch.full_like(weight, 5.0)
    before = weights(discriminator)
    discriminator_step(generator, discriminator, optimiser, X, Z)
    _, twin, descent = given()
    gan.discriminator_step(generator, twin, descent, X, Z)
    expected = weights(twin) - before
    mistakes = {
        "Old gradients are added: the generator's step leaves some in D. Is zero_grad missing?": (
            expected - 0.5
        ),
        "It has not moved: is zero_grad called after backward?": 0 * expected,
    }
    same(
        weights(discriminator) - before,
        expected,
        "The move of the discriminator's weights",
        mistakes,
    )


def check_sure(discriminator_step):
    """finite and honest where D is sure and wrong"""
    generator, discriminator = nn.Identity(), nn.Linear(2, 1)
    discriminator.weight.data, discriminator.bias.data = (
        torch.tensor([[200.0, 0.0]]),
        torch.zeros(1),
    )
    x, z = torch.tensor([[-1.0, 0.0]]), torch.tensor([[1.0, 0.0]])
    saw = discriminator_step(
        generator, discriminator, Descent(discriminator.parameters()), x, z
    )
    expect(
        math.isfinite(float(saw)),
        f"At logits of ±200, both wrong, the loss is {float(saw)}: the sigmoid is 0 in float32, and its "
        "logarithm infinite. Take the loss from the logits.",
    )
    mistakes = {
        "It is capped at 100 a term: binary_cross_entropy does so to hide log 0.": 200.0
    }
    same(
        saw,
        400.0,
        "The loss at logits of ±200, both wrong",
        mistakes,
        "Take it from the logits.",
    )
