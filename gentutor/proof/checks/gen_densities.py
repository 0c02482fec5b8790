"""Second routes to the densities, tails and layers of ``questions/gen.yaml``."""

import math
from itertools import pairwise

import numpy as np
import torch
from scipy import stats
from torch import nn

from gentutor.proof.checks.letters import true_ones, wrong

X = np.linspace(-60, 60, 240_001)  # a grid, fine enough for every integral here


def integral(values: np.ndarray) -> float:
    """Integrate values on the grid."""
    return float(np.trapezoid(values, X))


def density_of_a_square(x: float) -> float:
    """Count the mass of z whose square falls into a short interval around x."""
    half = 1e-5
    low, high = math.sqrt(x - half), math.sqrt(x + half)
    mass = 2 * (stats.norm.cdf(high) - stats.norm.cdf(low))
    return float(mass / (2 * half))


def crowding(steep: float, flat: float, z: float) -> float:
    """Compare the mass over two pieces of x of equal length, one at each place."""
    piece = 1e-4
    masses = [
        stats.norm.cdf(at + piece / slope / 2) - stats.norm.cdf(at - piece / slope / 2)
        for at, slope in ((z, flat), (0.0, steep))
    ]
    return float(masses[0] / masses[1])


def has_density(sigma: float) -> bool:
    """Shrink a square on the line m(z) = (0.6 z, 0.8 z); say whether mass per area settles."""
    masses = []
    for side in (1e-3, 1e-4):
        if sigma:  # mass along the line's direction times that across
            along = math.erf(side / 2 / math.sqrt(2 * (1 + sigma**2)))
            across = math.erf(side / 2 / math.sqrt(2) / sigma)
        else:
            along, across = math.erf(side / 2 / math.sqrt(2)), 1.0
        masses.append(along * across / side**2)
    return math.isclose(*masses, rel_tol=0.05)


def order_by_passes(side: int = 28) -> list[str]:
    """Count the passes of a sample, one network call each; return the ids from few to many."""
    calls = {
        "diffusion-long": sum(1 for _ in range(1000)),
        "gan": sum(1 for _ in range(1)),
        "autoregressive": sum(1 for _ in range(side) for _ in range(side)),
        "diffusion-short": sum(1 for _ in range(50)),
    }
    return sorted(calls, key=lambda name: calls[name])


def kl_of_a_shift_on_a_grid(s: float, d: float) -> float:
    """Integrate p log p/q on a grid; nats."""
    p, log_p, log_q = (
        stats.norm.pdf(X, 0, s),
        stats.norm.logpdf(X, 0, s),
        stats.norm.logpdf(X, d, s),
    )
    return integral(p * (log_p - log_q))


def excess_on_a_grid(s: float) -> float:
    """Integrate -log q under the data, and take off the data's entropy."""
    p = stats.norm.pdf(X)
    return integral(-p * stats.norm.logpdf(X, 0, s)) - integral(-p * stats.norm.logpdf(X))


def finite_and_telling(measure: str) -> bool:
    """Say whether a measure of two thin Gaussians settles, and differs at distances 1 and 1.5."""

    def at(apart: float, s: float) -> float:
        x = np.linspace(-1, 3, 40_001)
        step = x[1] - x[0]
        log_p, log_q = stats.norm.logpdf(x, 0, s), stats.norm.logpdf(x, apart, s)
        p, q = np.exp(log_p), np.exp(log_q)
        log_m = np.logaddexp(log_p, log_q) - math.log(2)
        if measure == "kl":
            return float((p * (log_p - log_q)).sum() * step)
        if measure == "js":
            return float((p * (log_p - log_m) + q * (log_q - log_m)).sum() * step / 2)
        if measure == "tv":
            return float(np.abs(p - q).sum() * step / 2)
        if measure == "w1":
            return float(np.abs(np.cumsum(p - q) * step).sum() * step)
        g = np.random.default_rng(0).normal(size=(2, 400)) * s
        y, z = g[0], g[1] + apart
        kernel = [np.exp(-((a[:, None] - b) ** 2) / 2).mean() for a, b in ((y, y), (z, z), (y, z))]
        return float(kernel[0] + kernel[1] - 2 * kernel[2])

    thin, thinner, farther = at(1.0, 0.02), at(1.0, 0.01), at(1.5, 0.01)
    settles = math.isclose(thin, thinner, rel_tol=0.02)
    return settles and not math.isclose(thinner, farther, rel_tol=0.02)


def worst_loss_of_a_mixture(share: float) -> float:
    """Mix a density with noise that lies ever farther off; return the loss on the data."""
    log_q = stats.norm.logpdf(X)
    losses = []
    for far in (5.0, 20.0, 50.0):
        log_noise = stats.norm.logpdf(X, far, 1)
        mixed = np.logaddexp(math.log(share) + log_q, math.log1p(-share) + log_noise)
        losses.append(integral(np.exp(log_q) * (log_q - mixed)))
    return max(losses)


def line_of_the_log_det() -> str:
    """Try the four lines on a random matrix; compare with its singular values."""
    g = torch.Generator().manual_seed(0)
    J = 0.01 * torch.randn(784, 784, generator=g, dtype=torch.float64)
    known = float(torch.linalg.svdvals(J).log().sum())
    tried = {
        "a": torch.linalg.slogdet(J)[1],
        "b": torch.linalg.det(J).abs().log(),
        "c": J.diagonal().abs().log().sum(),
        "d": J.abs().log().sum(),
    }
    close = {letter: abs(float(one) - known) < 0.5 for letter, one in tried.items()}
    return "".join(true_ones(close))


def reading_of_a_falling_nll() -> str:
    """Narrow the peaks of a mixture on whole numbers; return "a" if held-out NLL has no floor."""
    g = np.random.default_rng(0)
    train, held_out = g.integers(0, 10, (2, 500)).astype(float)

    def nll(x: np.ndarray, width: float) -> float:
        return float(
            -stats.norm.logpdf(x[:, None], np.arange(10), width).max(1).mean() + math.log(10)
        )

    widths = (1e-1, 1e-3, 1e-5, 1e-7)
    falls = [np.diff([nll(x, width) for width in widths]) for x in (train, held_out)]
    noisy = held_out + g.uniform(0, 1, 500) - 0.5
    has_floor = nll(noisy, 0.1) < nll(noisy, 1e-3)
    return "a" if all((fall < -4).all() for fall in falls) and has_floor else "b"


def floor_by_shrinking(dimensions: int) -> float:
    """Squeeze data towards 0; return what minus the noise's log density falls to."""
    data = np.random.default_rng(0).uniform(-3, 5, (2000, dimensions))
    return min(
        float(-stats.norm.logpdf(scale * data).sum(1).mean()) for scale in (1.0, 0.1, 1e-3, 1e-5)
    )


def statements_on_layers() -> list[str]:
    """Return the letters of the wrong statements on the layers of a flow."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 2)).double()  # not invertible
    z = torch.randn(6, 2, dtype=torch.float64)

    def move(v: torch.Tensor, sign: float) -> torch.Tensor:
        s, t = net(v[:, :1]).chunk(2, 1)
        moved = v[:, 1:] * s.exp() + t if sign > 0 else (v[:, 1:] - t) * (-s).exp()
        return torch.cat([v[:, :1], moved], 1)

    comes_back = torch.allclose(move(move(z, 1.0), -1.0), z)
    one, two = torch.randn(2, 3, 3, dtype=torch.float64)
    logs = [torch.linalg.slogdet(m)[1] for m in (one, two, one @ two)]
    flip = torch.eye(5, dtype=torch.float64).flip(0)
    holds = {
        "a": not comes_back,
        "b": bool(torch.isclose(logs[0] + logs[1], logs[2])),
        "c": len(torch.tensor([-1.0, -2.0]).relu().unique()) == 2,
        "d": abs(float(torch.linalg.slogdet(flip)[1])) < 1e-12,
    }
    return wrong(holds)


def tails_of_a_bounded_slope() -> str:
    """Compare piecewise linear maps with their noise; return "a" if no tail is heavier."""
    g = np.random.default_rng(0)
    heavier = []
    for _ in range(20):
        slopes = g.uniform(0, 3, 10)
        knots = np.sort(g.normal(size=9))
        z = np.array([6.0, 12.0, 24.0])
        edges = np.concatenate([[-np.inf], knots, [np.inf]])
        pieces = [np.clip(z, a, b) - np.clip(0.0, a, b) for a, b in pairwise(edges)]
        x = sum(slope * piece for slope, piece in zip(slopes, pieces, strict=True))
        reached = stats.norm.logsf(z)  # log P(noise beyond z), the tail of x beyond G(z)
        heavier.append(bool((reached > stats.norm.logsf(x / 3) + 1e-9).any()))
    return "b" if any(heavier) else "a"
