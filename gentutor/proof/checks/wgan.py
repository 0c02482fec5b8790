"""Second routes to the keys of ``questions/wgan.yaml``."""

import math
from itertools import permutations

import numpy as np
import torch
from scipy import optimize
from torch import nn


def cheapest_pairing(data: list[float], samples: list[float]) -> float:
    """Try every pairing of equally many points, and return the least mean distance."""
    costs = [
        sum(abs(x - y) for x, y in zip(data, order, strict=True)) / len(data)
        for order in permutations(samples)
    ]
    return min(costs)


def report_by_grid(shift: float, gp_weight: float) -> float:
    """Search the slope that is best under the penalty; return the difference of scores."""
    slope = np.linspace(0, 20, 2_000_001)
    value = slope * shift - gp_weight * (slope - 1) ** 2
    return float(slope[value.argmax()] * shift)


def penalty_by_autograd(a: float, b: float, gp_weight: float) -> float:
    """Return the penalty of f = a x1 + b x2 at random points, times its weight."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(16, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad((a * x[:, 0] + b * x[:, 1]).sum(), x)
    return float(gp_weight * (slope.norm(dim=1) - 1).square().mean())


def steepest_clipped(clip: float) -> float:
    """Walk along (1, 1) through a network of 2, 64, 64, 1 units with all weights at the bound."""
    layers = [nn.Linear(*shape, dtype=torch.float64) for shape in ((2, 64), (64, 64), (64, 1))]
    for layer in layers:
        nn.init.constant_(layer.weight, clip)
        nn.init.zeros_(layer.bias)
    net = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    ends = torch.tensor([[1.0, 1.0], [2.0, 2.0]], dtype=torch.float64)
    with torch.no_grad():
        rise = net(ends).diff(dim=0)
    return float(rise) / math.sqrt(2)


def statements_on_critics() -> list[str]:
    """Return the letters of the wrong statements on critics, each tried out."""
    torch.manual_seed(0)
    first, last = nn.Linear(2, 32), nn.Linear(32, 1)
    critic = nn.Sequential(first, nn.ReLU(), last)
    real, fake = torch.randn(64, 2), torch.randn(64, 2) + 2
    before = critic(fake).mean() - critic(real).mean()
    with torch.no_grad():
        last.bias.add_(100.0)
    after = critic(fake).mean() - critic(real).mean()
    shifted = float(critic(real).detach().min()) > 50
    gradient = torch.autograd.grad(critic(real * 1e3).sum(), first.weight)[0]
    with torch.no_grad():
        for weight in critic.parameters():
            weight.clamp_(-0.01, 0.01)
    clipped_gradient = torch.autograd.grad(critic(real * 1e3).sum(), first.weight)[0]
    # A critic of slope 101 right of the samples, slope 1 between data at 0 and samples at 4.
    point = torch.tensor([2.0, 6.0], requires_grad=True)
    steep = point + 100 * (point - 5).relu()
    slopes = torch.autograd.grad(steep.sum(), point)[0]
    holds = {
        "a": torch.isclose(before, after, atol=1e-3) and shifted,
        "b": float(gradient.abs().max()) <= 0.01 or float(clipped_gradient.abs().max()) <= 0.01,
        "c": float(slopes.max()) <= 1.0,
        "d": report_by_grid(3.0, 10.0) > cheapest_pairing([0.0], [3.0]),
    }
    return [letter for letter, true in holds.items() if not true]


def reduction_in_code(batch: int) -> float:
    """Return each example's slope when the norm of the whole batch is held at 1."""
    each = torch.full((batch, 1), 1.0, dtype=torch.float64)
    return float((each / each.norm()).norm(dim=1).mean())


def shift_of_a_report(report: float, gp_weight: float) -> float:
    """Search the shift whose best critic, found on a grid of slopes, reports this much."""

    def excess(shift: float) -> float:
        slope = np.linspace(0, 20, 400_001)
        value = slope * shift - gp_weight * (slope - 1) ** 2
        return float(slope[value.argmax()] * shift) - report

    return float(optimize.brentq(excess, 1e-3, report, xtol=1e-4))


def least_distance_for(difference: float, steepest: float) -> float:
    """Walk away from a point with the steepest critic until its scores differ by this much."""
    x, score, step = 0.0, 0.0, 1e-4
    while score < difference:
        x, score = x + step, score + steepest * step
    return x


def optimum_below_zero(shift: float, gp_weight: float) -> float:
    """Search the best slope among the negative ones on a grid."""
    slope = np.linspace(-5, 0, 500_001)
    value = slope * shift - gp_weight * (np.abs(slope) - 1) ** 2
    return float(slope[value.argmax()])


def area_between_staircases(share: float, far: float, at: float) -> float:
    """Sum up the area between the two distribution functions on a fine grid."""
    x = (np.arange(200_000) + 0.5) * 1e-4  # up to 20
    data = share * (x > 0) + (1 - share) * (x > far)
    return float(np.abs(data - (x > at)).sum() * 1e-4)


def slope_of_mmd(apart: float, step: float = 1e-4) -> float:
    """Differentiate the squared MMD of two single points numerically."""

    def squared(d: float) -> float:
        points = np.array([0.0, d])
        kernel = np.exp(-((points[:, None] - points) ** 2) / 2)
        weight = np.array([1.0, -1.0])
        return float(weight @ kernel @ weight)

    return (squared(apart + step) - squared(apart - step)) / (2 * step)


def every_critic_is_below_every_plan() -> bool:
    """Try random critics of slope 1 against random plans, and the best of each in one dimension."""
    g = np.random.default_rng(0)
    x, y = g.normal(size=(2, 6))
    place = np.sort(np.concatenate([x, y]))
    reports = []
    for _ in range(300):
        slope = g.uniform(-1, 1, len(place) - 1)
        score = np.concatenate([[0.0], np.cumsum(slope * np.diff(place))])
        reports.append(np.interp(x, place, score).mean() - np.interp(y, place, score).mean())
    costs = [float(np.abs(x - y[list(order)]).mean()) for order in permutations(range(6))]
    heights = np.searchsorted(np.sort(x), place[:-1], "right") - np.searchsorted(
        np.sort(y), place[:-1], "right"
    )
    score = np.concatenate([[0.0], np.cumsum(-np.sign(heights) * np.diff(place))])
    best = np.interp(x, place, score).mean() - np.interp(y, place, score).mean()
    return bool(max(reports) <= min(costs) and math.isclose(best, min(costs), rel_tol=1e-9))
