"""Properties of the discriminator's loss from logits."""

import math

import torch

from gentutor.plain import gan
from gentutor.proof.properties import (
    expect,
    gradient,
    same,
    seeded,
    spread,
    tensor,
)

X, FAKE = spread(8, 2) + 1, spread(8, 2, seed=1)


def at(discriminator_loss, real, fake):
    """Return the loss at given logits."""
    return discriminator_loss(
        lambda x: x, torch.tensor([[real]]), torch.tensor([[fake]])
    )


def check_scalar(discriminator_loss):
    """one number for the batch"""
    tensor(
        discriminator_loss(seeded(gan.mlp(2, 8, 1)), X, FAKE), (), "The loss"
    )


def check_undecided(discriminator_loss):
    """2 log 2 at logits of 0"""
    twice = 2 * math.log(1 + math.exp(0.5)) - 0.5
    mistakes = {
        "A sigmoid is taken twice: which of the two functions has one inside?": twice,
        "The halves are averaged: the loss is their sum.": math.log(2),
        "The sign is turned.": -2 * math.log(2),
    }
    same(
        at(discriminator_loss, 0.0, 0.0),
        2 * math.log(2),
        "The loss at logits of 0",
        mistakes,
    )


def check_sides(discriminator_loss):
    """0 where D is right, large where it is wrong"""
    mistakes = {"Real and fake have changed places.": 40.0}
    same(
        at(discriminator_loss, 20.0, -20.0),
        0.0,
        "The loss at logits 20 (real), −20 (fake)",
        mistakes,
    )


def check_sure(discriminator_loss):
    """honest, with a gradient, where D is sure and wrong"""
    saw = at(discriminator_loss, -200.0, 200.0)
    expect(
        saw.isfinite(),
        f"At logits of −200 and 200 the loss is {float(saw)}: log of a sigmoid of 0.",
    )
    mistakes = {
        "It is capped at 100 a term: binary_cross_entropy does so to hide log 0.": 200.0
    }
    same(
        saw,
        400.0,
        "The loss at logits of −200 (real) and 200 (fake)",
        mistakes,
    )


def check_gradients(discriminator_loss):
    """the plain file's gradient in every weight"""
    net = seeded(gan.mlp(2, 8, 1), 2)
    saw, right = (
        discriminator_loss(net, X, FAKE),
        gan.discriminator_loss(net(X), net(FAKE)),
    )
    same(saw, right, "The loss of a random net")
    for weight in net.parameters():
        same(
            gradient(saw, weight, "the loss"),
            gradient(right, weight, ""),
            "A weight's gradient",
        )
