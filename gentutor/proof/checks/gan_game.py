"""Second routes to the derivations of ``questions/gan.yaml``: value, divergence, equilibrium."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from gentutor.proof.checks.gan import best_logit
from gentutor.proof.checks.letters import wrong


def jsd(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """Return the Jensen–Shannon divergence of two lists of probabilities, nats."""
    m = (p + q) / 2
    return 0.5 * (p * (p / m).log()).sum() + 0.5 * (q * (q / m).log()).sum()


def best_value(p: torch.Tensor, q: torch.Tensor) -> float:
    """Search the best logit at each point; return the value of the game."""
    value = 0.0
    for real, fake in zip(p.tolist(), q.tolist(), strict=True):
        a = best_logit(real, fake, 1.0, 0.0)
        value -= real * math.log1p(math.exp(-a)) + fake * math.log1p(math.exp(a))
    return value


def value_at_the_best_d_is_two_jsd() -> bool:
    """Compare the value of a trained D with 2 JSD - log 4 on random distributions."""
    g = torch.Generator().manual_seed(0)
    same = []
    for _ in range(5):
        p, q = torch.rand(2, 4, generator=g, dtype=torch.float64)
        p, q = p / p.sum(), q / q.sum()
        known = 2 * float(jsd(p, q)) - math.log(4)
        same.append(math.isclose(best_value(p, q), known, abs_tol=1e-6))
    return all(same)


def value_of_two_classes() -> bool:
    """Compare the conditional game's value with the mean over two labels of 2 JSD - log 4."""
    g = torch.Generator().manual_seed(1)
    p, q = torch.rand(2, 2, 3, generator=g, dtype=torch.float64).softmax(-1)
    joint = best_value(0.5 * p.flatten(), 0.5 * q.flatten())  # each label has probability 1/2
    apart = float(jsd(p[0], q[0]) + jsd(p[1], q[1])) / 2
    return math.isclose(joint, 2 * apart - math.log(4), abs_tol=1e-6)


def divergence_of_the_non_saturating_step() -> str:
    """Compare G's gradient at a fixed best D with that of each choice; return the letter."""
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    weights = torch.tensor([0.2, -0.4, 0.9], dtype=torch.float64, requires_grad=True)
    q = weights.softmax(0)
    m = (p + q) / 2
    held = (p / (p + q)).detach()
    choices = {
        "a": 2 * (m * (m / p).log()).sum(),
        "b": 2 * jsd(p, q),
        "c": (p * (p / q).log()).sum(),
        "d": 2 * (p * (p / m).log()).sum(),
    }

    def slope(loss: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(loss, weights, retain_graph=True)[0]

    step = slope(-(q * held.log()).sum())
    return "".join(letter for letter, one in choices.items() if torch.allclose(slope(one), step))


def statements_on_the_game() -> list[str]:
    """Return the letters of the wrong statements on equilibria and the game ab."""
    moves = np.linspace(-1, 1, 21)
    hessian = np.array([[0.0, 1.0], [1.0, 0.0]])
    farthest, nearest = 0.0, []
    a, b = 1.0, 0.0
    for _ in range(2000):
        a -= 0.1 * b
        b += 0.1 * a
        farthest = max(farthest, abs(math.hypot(a, b) - 1))
    for eta in (0.3, 0.1, 0.01, 0.001):
        a, b = 1.0, 0.0
        for _ in range(2000):
            a, b = a - eta * b, b + eta * a
        nearest.append(math.hypot(a, b))
    holds = {
        "a": bool((moves * 0.0 >= 0.0).all() and (-(0.0 * moves) >= 0.0).all()),
        "b": bool((np.linalg.eigvalsh(hessian) > 0).all()),
        "c": min(nearest) < 0.99,
        "d": farthest < 0.1,
    }
    return wrong(holds)


def reading_of_two_losses() -> str:
    """Hold the samples and shrink D's logits; return "a" where G's loss falls and D's rises."""
    samples = torch.linspace(-3.0, -0.2, 50, dtype=torch.float64)  # logits of a good D
    losses = []
    for scale in (1.0, 0.15):
        of_g = F.softplus(-scale * samples).mean()
        of_d = F.softplus(scale * samples).mean() + F.softplus(scale * samples).mean()
        losses.append((float(of_g), float(of_d)))
    (g_before, d_before), (g_after, d_after) = losses
    return "a" if g_after < g_before - 0.5 and d_after > d_before else "b"
