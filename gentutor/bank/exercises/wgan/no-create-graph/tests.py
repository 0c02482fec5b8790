"""Properties of a gradient penalty that trains the critic."""

import torch
from torch import nn

from gentutor.plain import wgan
from gentutor.proof.properties import (
    expect,
    gradient,
    same,
    seeded,
    spread,
    tensor,
)

X, FAKE = spread(5, 2), spread(5, 2, seed=1) + 2
EPS = torch.linspace(0.1, 0.9, 5)[:, None]


def linear(*weight):
    critic = nn.Linear(len(weight), 1)
    critic.weight.data = torch.tensor([weight])
    return critic


def check_value(gradient_penalty):
    """(‖w‖ − 1)² for the linear critic w · x"""
    saw = tensor(
        gradient_penalty(linear(3.0, 4.0), X, FAKE, EPS), (), "The penalty"
    )
    same(
        saw,
        16.0,
        "The penalty of a critic of slope 5",
        hint="Its value was right as it stood.",
    )


def check_graph(gradient_penalty):
    """a gradient that reaches the critic's weights"""
    critic = linear(3.0, 4.0)
    saw = gradient_penalty(critic, X, FAKE, EPS)
    expect(
        critic.weight.grad is None,
        "The call leaves a gradient in the critic's weights: backward() fills every .grad, and none of "
        "them has a graph. torch.autograd.grad returns the slope alone.",
    )
    expect(
        saw.requires_grad,
        "The penalty is a number without a graph: nothing leads back to the critic. "
        "Does the slope keep its graph?",
    )
    slope = gradient(saw, critic.weight, "the penalty")
    none = {
        "It has a graph that ends at the slope: how that came from the weights is forgotten.": (
            torch.zeros(1, 2)
        )
    }
    same(
        slope,
        [[4.8, 6.4]],
        "The penalty's gradient in the weights (3, 4)",
        none,
    )


def check_points(gradient_penalty):
    """at the same points as before"""
    critic = seeded(
        nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)), 3
    )
    saw, right = (
        gradient_penalty(critic, X, FAKE, EPS),
        wgan.gradient_penalty(critic, X, FAKE, EPS),
    )
    same(
        saw,
        right,
        "The penalty of a random critic",
        hint="Its points were right as they stood.",
    )
    for weight in critic.parameters():
        same(
            gradient(saw, weight, "the penalty"),
            gradient(right, weight, ""),
            "A weight's gradient",
        )


def check_training(gradient_penalty):
    """a slope that settles at 1 + W₁ / 2λ = 1.1"""
    critic, x, fake = linear(1.0), torch.full((8, 1), 2.0), torch.zeros(8, 1)
    for _ in range(60):
        penalty = gradient_penalty(critic, x, fake, torch.full((8, 1), 0.5))
        loss = wgan.critic_loss(critic(x), critic(fake)) + 10 * penalty
        critic.weight.data -= 0.02 * gradient(loss, critic.weight, "the loss")
    slope = critic.weight.item()
    expect(
        abs(slope - 1.1) < 0.01,
        f"After 60 steps the slope is {slope:.2f}, expected 1.10.",
    )
