"""Second routes to the keys of ``questions/gan.yaml``."""

import math

import numpy as np
import torch
from torch.nn import functional as F


def value_by_search(p: float, q: float) -> float:
    """Maximise the value of the game on two points, D by D, on a fine grid; nats."""
    answers = np.linspace(0.0005, 0.9995, 1999)
    best = 0.0
    for real, fake in ((p, q), (1 - p, 1 - q)):
        best += float(np.max(real * np.log(answers) + fake * np.log1p(-answers)))
    return best


def ratio_of_pushes(a: float) -> float:
    """Differentiate both generator losses at a logit, and return non-saturating over minimax."""
    pushes = []
    for loss in (
        lambda t: F.binary_cross_entropy_with_logits(t, torch.ones_like(t)),
        lambda t: torch.log1p(-torch.sigmoid(t)),
    ):
        logit = torch.tensor(a, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(loss(logit), logit)
        pushes.append(-float(slope))
    return pushes[0] / pushes[1]


def distance_after(eta: float, steps: int) -> float:
    """Play the game ab by simultaneous steps from (1, 0), and return the distance from 0."""
    a, b = 1.0, 0.0
    for _ in range(steps):
        a, b = a - eta * b, b + eta * a
    return math.hypot(a, b)


def statements_on_the_equilibrium() -> list[str]:
    """Return the letters of the wrong statements, with D = 1/2 on real and generated inputs."""
    half = torch.full((8,), 0.5, dtype=torch.float64)
    loss_d = float(-(half.log().mean() + (1 - half).log().mean()))
    loss_g = float(-half.log().mean())
    logit = torch.zeros(8, dtype=torch.float64, requires_grad=True)
    pushes = []
    for loss in (-F.logsigmoid(logit), F.logsigmoid(-logit)):
        (slope,) = torch.autograd.grad(loss.sum(), logit)
        pushes.append(slope)
    holds = {
        "a": math.isclose(loss_d, 0.5, abs_tol=0.01),
        "b": math.isclose(loss_g, math.log(2)),
        "c": math.isclose(-loss_d, 0.0, abs_tol=0.01),
        "d": torch.allclose(pushes[0], pushes[1]),
    }
    return [letter for letter, true in holds.items() if not true]


def accuracy_of_d(shift: float) -> float:
    """Train a logistic D to tell noise at +shift from noise at -shift; accuracy on fresh draws."""
    g = torch.Generator().manual_seed(0)
    weight = torch.zeros(2, dtype=torch.float64)

    def draw(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        x, y = torch.randn(2, count, 2, generator=g, dtype=torch.float64)
        return x + shift, y - shift

    for _ in range(40):
        x, y = draw(128)
        real, fake = torch.sigmoid(-x @ weight), torch.sigmoid(y @ weight)
        weight += 0.1 * (real @ x - fake @ y) / 128
    x, y = draw(5000)
    return float(torch.cat([x @ weight > 0, y @ weight < 0]).double().mean())
