"""Properties of the critic's step."""

import torch
from torch import nn

from gentutor.plain import wgan
from gentutor.proof.properties import (
    Descent,
    expect,
    same,
    seeded,
    spread,
    weights,
)

X, Z, EPS = (
    spread(8, 2, seed=5) + 1,
    spread(8, 3, seed=6),
    torch.linspace(0.1, 0.9, 8)[:, None],
)


def given():
    generator, critic = (
        seeded(wgan.mlp(3, 8, 2), 1),
        seeded(wgan.mlp(2, 8, 1), 2),
    )
    return generator, critic, Descent(critic.parameters())


def moves(step, gp_weight, fill=None):
    """Return how far a step moves the critic."""
    generator, critic, optimiser = given()
    for weight in critic.parameters():
        weight.grad = None if fill is None else torch.full_like(weight, fill)
    before = weights(critic)
    step(generator, critic, optimiser, X, Z, EPS, gp_weight)
    return weights(critic) - before


def check_loss(critic_step):
    """E f(fake) − E f(real), without the penalty"""
    generator, critic, optimiser = given()
    real, fake = critic(X), critic(generator(Z))
    loss = wgan.critic_loss(real, fake)
    penalty = wgan.gradient_penalty(critic, X, generator(Z), EPS)
    saw = critic_step(generator, critic, optimiser, X, Z, EPS)
    mistakes = {
        "The sign is turned: real scores rise when −E f(real) is minimised.": -loss,
        "The penalty is in it: what is returned estimates −W₁.": loss
        + 10 * penalty,
        "A sigmoid squashes the scores: a critic has none.": (
            wgan.critic_loss(real.sigmoid(), fake.sigmoid())
        ),
        "That is a discriminator's loss: a critic has no logarithm.": (
            nn.functional.softplus(-real).mean()
            + nn.functional.softplus(fake).mean()
        ),
        "That is a sum over the batch: the expectations are means.": 8 * loss,
    }
    same(saw, loss, "The returned loss", mistakes)


def check_generator_stays(critic_step):
    """no gradient in the generator, and no step of it"""
    generator, critic, optimiser = given()
    before = weights(generator)
    critic_step(generator, critic, optimiser, X, Z, EPS)
    same(
        weights(generator),
        before,
        "The generator's weights after the critic's step",
    )
    touched = [
        weight.grad is not None and weight.grad.abs().max() > 0
        for weight in generator.parameters()
    ]
    expect(
        not any(touched),
        "The step leaves a gradient in the generator. Is the fake detached?",
    )


def check_step(critic_step):
    """a step down the loss where the penalty's weight is 0"""
    saw, expected = moves(critic_step, 0.0), moves(wgan.critic_step, 0.0)
    mistakes = {
        "It has not moved: does backward come before step?": 0 * expected,
        "It climbs: real scores fall and the fakes' rise.": -expected,
        "The penalty acts with weight 10, whatever gp_weight is.": moves(
            wgan.critic_step, 10.0
        ),
    }
    same(saw, expected, "The critic's move at gp_weight = 0", mistakes)


def check_penalty(critic_step):
    """the penalty, weighted"""
    mistakes = {
        "The penalty does not act: is it part of what backward is called on?": moves(
            wgan.critic_step, 0.0
        ),
        "The penalty acts with weight 1: multiply it by gp_weight.": moves(
            wgan.critic_step, 1.0
        ),
        "The penalty is rewarded: it adds to what is minimised.": moves(
            wgan.critic_step, -10.0
        ),
    }
    saw, expected = moves(critic_step, 10.0), moves(wgan.critic_step, 10.0)
    same(saw, expected, "The critic's move at gp_weight = 10", mistakes)


def check_old_gradients(critic_step):
    """what the generator's step left in the critic is forgotten"""
    expected = moves(wgan.critic_step, 10.0)
    mistakes = {
        "Old gradients are added. Is zero_grad missing?": expected - 0.5,
        "It has not moved: is zero_grad called after backward?": 0 * expected,
    }
    same(
        moves(critic_step, 10.0, fill=5.0),
        expected,
        "The critic's move",
        mistakes,
    )


def check_training(critic_step):
    """an estimate of W₁ = 2 for two points 2 apart"""
    generator, critic = nn.Identity(), seeded(nn.Linear(1, 1))
    optimiser = Descent(critic.parameters(), 0.02)
    x, z, eps = (
        torch.full((4, 1), 2.0),
        torch.zeros(4, 1),
        torch.full((4, 1), 0.5),
    )
    for _ in range(100):
        loss = critic_step(generator, critic, optimiser, x, z, eps, 10.0)
    expect(
        abs(float(loss) + 2.2) < 0.02,
        f"After 100 steps of a linear critic the loss is {float(loss):.2f}, expected −2.20: its slope "
        "settles at 1 + W₁ / 2λ = 1.1.",
    )
