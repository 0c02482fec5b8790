"""Second routes to the keys of ``questions/gen.yaml``."""

import math

import numpy as np
import torch
from scipy import optimize, stats
from torch.func import jacrev


def coupling_by_autograd(z1: float, z2: float, rate: float) -> float:
    """Return log q(x) of one coupling from the full Jacobian of its map; nats."""

    def push(z: torch.Tensor) -> torch.Tensor:
        return torch.stack([z[0], z[1] * (rate * z[0]).exp() + z[0] ** 2])

    z = torch.tensor([z1, z2], dtype=torch.float64)
    normal = torch.distributions.Normal(0.0, 1.0)
    return float(normal.log_prob(z).sum() - torch.linalg.slogdet(jacrev(push)(z))[1])


def mass_per_length(a: float, b: float, at: float) -> float:
    """Count Gaussian mass over the length of a short piece of the line z -> (az, bz)."""
    half = 1e-3
    low, high = at - half, at + half
    return float(
        (stats.norm.cdf(high) - stats.norm.cdf(low))
        / math.dist((a * low, b * low), (a * high, b * high))
    )


def mass_in_gap(gap: float, cap: float) -> float:
    """Push a fine grid of quantiles through the straight map of slope L and count."""
    z = stats.norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    return float((np.abs(cap * z) < gap / 2).mean())


def js_of_best_loss(loss: float) -> float:
    """Find p and q on two outcomes whose best classifier has this loss; return their JS."""

    def best_loss(share: float) -> float:
        p, q = np.array([share, 1 - share]), np.array([1 - share, share])
        right = p / (p + q)
        return float(-0.5 * (p @ np.log(right)) - 0.5 * (q @ np.log(1 - right)))

    share = optimize.brentq(lambda s: best_loss(s) - loss, 0.5, 1 - 1e-9)
    p, q = np.array([share, 1 - share]), np.array([1 - share, share])
    mixed = (p + q) / 2
    return float(0.5 * stats.entropy(p, mixed) + 0.5 * stats.entropy(q, mixed))


def line_of_log_density() -> list[str]:
    """Try each line of the question on x = 3z + 1, whose law is N(1, 9)."""
    x = np.array([-2.0, 0.5, 4.0])
    z, log_det = (x - 1) / 3, -math.log(3)  # of dz/dx
    noise = stats.norm.logpdf(z)
    tried = {"a": noise + log_det, "b": noise - log_det, "c": noise, "d": noise * math.exp(log_det)}
    return [k for k, v in tried.items() if np.allclose(v, stats.norm.logpdf(x, 1, 3))]


def statements_on_models() -> list[str]:
    """Return the letters of the wrong statements on flows, GANs and distances."""
    z = np.random.default_rng(0).standard_normal(20_000)
    has_a_law = abs(np.mean(np.tanh(z) > 0) - 0.5) < 0.02  # the push-forward of an event
    x = np.linspace(-40, 40, 400_001)
    masses = [np.trapezoid(stats.norm.pdf((x - b) / a) / a, x) for a, b in ((0.5, 3), (2, -1))]
    points = [np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])]
    js = float(0.5 * stats.entropy(points[1][0], points[0][0]) * 2)
    w1 = [stats.wasserstein_distance([0.0], [d]) for d in (0.5, 3.0)]
    holds = {
        "a": not has_a_law,
        "b": not np.allclose(masses, 1, atol=1e-6),
        "c": abs(js - math.log(2)) < 1e-9,
        "d": np.allclose(w1, [0.5, 3.0]),
    }
    return [letter for letter, true in holds.items() if not true]
