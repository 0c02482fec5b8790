"""Properties of a step after which the weights are clipped."""

import torch

from gentutor.plain import wgan
from gentutor.proof.properties import (
    Descent,
    close,
    expect,
    same,
    seeded,
    spread,
    weights,
)

X, Z = spread(8, 2, seed=5) + 3, spread(8, 3, seed=6)


def after(step, c, scale=0.5, lr=0.1):
    """Return the loss of a step and the critic's weights after it."""
    generator, critic = (
        seeded(wgan.mlp(3, 8, 2), 1),
        seeded(wgan.mlp(2, 8, 1), 2, scale),
    )
    loss = step(generator, critic, Descent(critic.parameters(), lr), X, Z, c)
    return loss, weights(critic)


def right(generator, critic, optimiser, x, z, c):
    loss = wgan.critic_step(
        generator, critic, optimiser, x, z, None, gp_weight=0
    )
    wgan.clip_weights(critic, c)
    return loss


def clipped_first(generator, critic, optimiser, x, z, c):
    loss = wgan.critic_loss(critic(x), critic(generator(z).detach()))
    loss.backward()
    wgan.clip_weights(critic, c)
    optimiser.step()


def gradients_clipped(generator, critic, optimiser, x, z, c):
    loss = wgan.critic_loss(critic(x), critic(generator(z).detach()))
    loss.backward()
    for weight in critic.parameters():
        weight.grad.clamp_(-c, c)
    optimiser.step()


def check_loss(critic_step):
    """the critic's loss before the step"""
    saw, expected = after(critic_step, 0.1)[0], after(right, 0.1)[0]
    mistakes = {"The sign is turned.": -expected}
    hint = "Are the weights clipped before the loss is taken? It was right as it stood."
    same(saw, expected, "The returned loss", mistakes, hint)


def check_bound(critic_step):
    """no weight beyond c after the call"""
    for c in (0.01, 0.1):
        saw = after(critic_step, c)[1]
        if close(saw, after(clipped_first, c)[1]):
            why = "They are clipped before the step, which then carries them out again."
        elif close(saw, after(gradients_clipped, c)[1]):
            why = "The gradients are clipped: a small step, many times, goes anywhere."
        elif saw.max() < c * 1.0001:
            why = "They are clipped from above only."
        else:
            why = "Is what clamp returns kept? clamp_ works in place."
        least, most = float(saw.min()), float(saw.max())
        inside = -least < c * 1.0001 and most < c * 1.0001
        expect(
            inside,
            f"With c = {c} the weights reach from {least:.3f} to {most:.3f}. {why}",
        )


def check_free(critic_step):
    """an ordinary step where the bound is far"""
    saw, expected = after(critic_step, 100.0)[1], after(right, 100.0)[1]
    same(
        saw,
        expected,
        "The weights after a step with c = 100",
        hint="No weight is near the bound.",
    )


def check_clipped(critic_step):
    """a step, and then the clip"""
    for c in (0.05, 0.5):
        saw, expected = after(critic_step, c)[1], after(right, c)[1]
        hint = "Weights beyond c go to ±c, the others stay."
        same(
            saw, expected, f"The weights after a step with c = {c}", hint=hint
        )
