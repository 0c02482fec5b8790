"""Properties of the gradient penalty."""

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

N = 5
X, FAKE = spread(N, 2), spread(N, 2, seed=1) + 2
EPS = torch.linspace(0.1, 0.9, N)[:, None]


def linear(*weight):
    critic = nn.Linear(len(weight), 1)
    critic.weight.data = torch.tensor([weight])
    return critic


def bowl(x):  # f(x) = |x|² / 2, whose slope at x is x
    return 0.5 * x.square().sum(-1, keepdim=True)


def check_scalar(gradient_penalty):
    """one number for the batch"""
    hints = {
        (N,): "The examples are averaged.",
        (N, 1): "The examples are averaged.",
    }
    tensor(
        gradient_penalty(linear(3.0, 4.0), X, FAKE, EPS),
        (),
        "The penalty",
        hints,
    )


def check_linear(gradient_penalty):
    """(‖w‖ − 1)² for the linear critic w · x"""
    mistakes = {
        "One norm is taken over the whole batch: each example has a slope of its own.": (
            (5 * N**0.5 - 1) ** 2
        ),
        "The gradient is that of the mean score, 1/N of each slope: sum the scores.": (
            5 / N - 1
        )
        ** 2,
        "The norm is taken over the batch axis: each example has a slope of its own.": (
            ((3 * N**0.5 - 1) ** 2 + (4 * N**0.5 - 1) ** 2) / 2
        ),
        "Each partial derivative is pulled to 1, not their norm.": (
            2.0**2 + 3.0**2
        )
        / 2,
        "The norm is not rooted: the square of the slope is pulled to 1.": 24.0
        ** 2,
        "The examples are summed: the expectation is a mean.": 16.0 * N,
        "The distance to 1 is not squared.": 4.0,
        "That pulls the slope to 0: −1 is missing.": 25.0,
        "The weight λ is the caller's.": 160.0,
    }
    saw = gradient_penalty(linear(3.0, 4.0), X, FAKE, EPS)
    same(saw, 16.0, "The penalty of a critic of slope 5", mistakes)


def check_two_sided(gradient_penalty):
    """from both sides: a slope below 1 is penalised"""
    mistakes = {
        "It is one-sided: this penalty pulls small slopes up as well.": 0.0
    }
    saw = gradient_penalty(linear(0.3, 0.4), X, FAKE, EPS)
    same(saw, 0.25, "The penalty of a critic of slope ½", mistakes)


def check_points(gradient_penalty):
    """at points between real and fake, each with its own eps"""

    def at(points):
        return (points.norm(dim=1) - 1).square().mean()

    mistakes = {
        "It is taken at the real points: they are one end of the segments.": at(
            X
        ),
        "It is taken at the fakes: they are one end of the segments.": at(
            FAKE
        ),
        "eps weighs the fake: here it weighs the real x.": at(
            (1 - EPS) * X + EPS * FAKE
        ),
        "It is taken half-way, whatever eps is.": at((X + FAKE) / 2),
        "One eps serves the whole batch.": at(
            EPS[0] * X + (1 - EPS[0]) * FAKE
        ),
        "The ends are added without a weight.": at(X + FAKE),
    }
    expected = at(EPS * X + (1 - EPS) * FAKE)
    what = "The penalty of a critic whose slope at a point is the point"
    same(gradient_penalty(bowl, X, FAKE, EPS), expected, what, mistakes)


def check_trains_the_critic(gradient_penalty):
    """a gradient that reaches the critic's weights"""
    critic = linear(3.0, 4.0)
    saw = gradient_penalty(critic, X, FAKE, EPS)
    expect(
        saw.requires_grad,
        "The penalty is a number without a graph, so it trains nothing. Is create_graph=True missing?",
    )
    slope = gradient(saw, critic.weight, "the penalty")
    none = {
        "None reaches it. Is create_graph=True missing?": torch.zeros(1, 2)
    }
    same(slope, [[4.8, 6.4]], "Its gradient in the weights (3, 4)", none)


def check_all(gradient_penalty):
    """the plain file's value and gradient for any critic"""
    critic = seeded(
        nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)), 3
    )
    saw = gradient_penalty(critic, X, FAKE, EPS)
    right = wgan.gradient_penalty(critic, X, FAKE, EPS)
    same(saw, right, "The penalty of a random critic")
    for weight in critic.parameters():
        same(
            gradient(saw, weight, "the penalty"),
            gradient(right, weight, ""),
            "A weight's gradient",
        )
