"""Properties of a gradient penalty on the segments between real and fake."""

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


def check_points(gradient_penalty):
    """at points between real and fake, each with its own eps"""

    def bowl(x):  # f(x) = |x|² / 2, whose slope at x is x
        return 0.5 * x.square().sum(-1, keepdim=True)

    def at(points):
        return (points.norm(dim=1) - 1).square().mean()

    mistakes = {
        "The slope is taken at the real points, one end of the segments.": at(
            X
        ),
        "The slope is taken at the fakes, the other end of the segments.": at(
            FAKE
        ),
        "Both ends are looked at, and nothing between them.": (
            at(X) + at(FAKE)
        )
        / 2,
        "The slope is taken half-way, whatever eps is.": at((X + FAKE) / 2),
        "One eps serves the whole batch.": at(
            EPS[0] * X + (1 - EPS[0]) * FAKE
        ),
        "eps weighs the fake: here it weighs the real x.": at(
            (1 - EPS) * X + EPS * FAKE
        ),
    }
    saw = tensor(gradient_penalty(bowl, X, FAKE, EPS), (), "The penalty")
    expected = at(EPS * X + (1 - EPS) * FAKE)
    what = "The penalty of a critic whose slope at a point is the point"
    same(saw, expected, what, mistakes)


def check_steep(gradient_penalty):
    """felt by a critic that is steep between the ends alone"""
    x, fake, eps = torch.full((N, 1), 2.0), torch.zeros(N, 1), EPS
    saw = gradient_penalty(lambda x: x + 7 * x.clamp(0.1, 1.9), x, fake, eps)
    same(saw, 49.0, "The penalty of slope 8 between the ends and 1 at them")


def check_all(gradient_penalty):
    """the plain file's value and gradient for any critic"""
    critic = seeded(
        nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)), 3
    )
    saw, right = (
        gradient_penalty(critic, X, FAKE, EPS),
        wgan.gradient_penalty(critic, X, FAKE, EPS),
    )
    same(saw, right, "The penalty of a random critic")
    expect(
        saw.requires_grad,
        "The penalty has lost its graph: create_graph was right.",
    )
    for weight in critic.parameters():
        same(
            gradient(saw, weight, "the penalty"),
            gradient(right, weight, ""),
            "A weight's gradient",
        )
