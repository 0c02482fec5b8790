"""Second routes to the programs of ``questions/wgan.yaml``: small critics, run with each fault."""

import math

import numpy as np
import torch
from scipy import stats
from torch import nn

from gentutor.proof.checks.letters import wrong
from gentutor.proof.properties import Descent


def slope_with(fault: str, steps: int = 100) -> float:
    """Train a linear critic of points 2 apart under a penalty with one fault; return its slope."""
    g = torch.Generator().manual_seed(0)
    weight = torch.tensor([0.5, 0.0], requires_grad=True)
    for _ in range(steps):
        x, fake = torch.randn(2, 32, 2, generator=g) * 0.1
        fake = fake - torch.tensor([2.0, 0.0])
        eps = torch.rand(1 if fault == "one eps" else 32, 1, generator=g)
        between = (eps * x + (1 - eps) * fake).requires_grad_()
        graph = fault != "no graph"
        (slope,) = torch.autograd.grad((between @ weight).sum(), between, create_graph=graph)
        norm = slope.norm() if fault == "norm of the batch" else slope.norm(dim=1)
        over = (norm - 1).relu() if fault == "one-sided" else norm - 1
        loss = (fake @ weight).mean() - (x @ weight).mean() + 10 * over.square().mean()
        (down,) = torch.autograd.grad(loss, weight)
        weight.data -= 0.08 * down / max(1.0, float(down.norm()) / 2)
    return float(weight.detach().norm())


def line_that_draws_eps() -> str:
    """Try the four lines on small images; return the letter of the one that fits."""
    torch.manual_seed(0)
    x, fake = torch.zeros(6, 3, 4, 4), torch.ones(6, 3, 4, 4)
    fits = ""
    for letter, eps in {
        "a": torch.rand(6, 1, 1, 1),
        "b": torch.rand(1),
        "c": torch.rand_like(x),
        "d": torch.rand(6, 1),
    }.items():
        try:
            between = eps * x + (1 - eps) * fake
        except RuntimeError:
            continue
        flat = between.flatten(1)
        on_segments = torch.equal(flat, flat[:, :1].expand_as(flat))  # one share for all pixels
        each = len(flat[:, 0].unique()) == len(flat)
        fits += letter if on_segments and each else ""
    return fits


def penalty_after_batch_norm(steepness: float, gp_weight: float) -> float:
    """Return the weighted penalty of a linear critic that ends in batch normalisation."""
    torch.manual_seed(0)
    x = torch.randn(64, 1, dtype=torch.float64, requires_grad=True)
    score = nn.BatchNorm1d(1, affine=False, dtype=torch.float64)(steepness * x)
    (slope,) = torch.autograd.grad(score.sum(), x)
    return float(gp_weight * (slope.norm(dim=1) - 1).square().mean())


def test_of_a_weak_critic() -> str:
    """Hold one player at a time; return the letter of the test that only a weak critic shows."""

    def reports(start: float, moves: str) -> tuple[float, float]:
        slope, at = start, 2.0  # a critic -slope * x; data at 0, samples at `at`
        before = slope * at
        for _ in range(200):
            if moves == "critic":
                slope = min(1.0, slope + 0.01 * at)
            elif moves == "generator":
                at -= 0.01 * slope
        return before, slope * at

    rises = {}
    for letter, moves in {"a": "critic", "b": "generator", "c": "", "d": ""}.items():
        weak, good = reports(0.025, moves), reports(1.0, moves)
        rises[letter] = (weak[1] > 1.5 * weak[0]) != (good[1] > 1.5 * good[0])
    return "".join(letter for letter, tells in rises.items() if tells)


def reports_of_two_critics(shift: float = 2.0, gp_weight: float = 10.0) -> str:
    """Compare the best slope under a penalty, and that of layers of norm 1, with 1."""
    slope = np.linspace(0, 5, 50_001)
    penalised = slope[(slope * shift - gp_weight * (slope - 1) ** 2).argmax()]
    g = np.random.default_rng(0)
    normalised = []
    for _ in range(200):
        layers = [g.normal(size=size) for size in ((2, 32), (32, 32), (32, 1))]
        total = np.linalg.multi_dot([one / np.linalg.norm(one, 2) for one in layers])
        normalised.append(np.linalg.norm(total, 2))
    above = bool(penalised > 1.001), bool(max(normalised) > 1.001)
    return {(True, False): "a", (False, True): "b", (False, False): "c", (True, True): "d"}[above]


def verdict_on_signed_labels() -> str:
    """Follow both steps with one data point at 0 and one sample at 2; return the verdict."""
    ends = {}
    for label in (1.0, -1.0):
        slope, at = 0.0, 2.0
        for _ in range(100):
            for _ in range(5):  # the critic f = slope * x minimises f(0) - f(at)
                slope = max(-1.0, min(1.0, slope + 0.2 * at))
            at -= 0.05 * label * slope  # the generator minimises label * f(at)
        ends[label] = abs(at)
    if ends[1.0] < 0.3 < 2 < ends[-1.0]:
        return "a"
    return "c" if ends[-1.0] < 0.3 else "b"


CRITIC_STEP = {
    "total": "total = f(fake).mean() - f(x).mean() + lam * penalty",
    "slope": "(slope,) = torch.autograd.grad(scores, between, create_graph=True)",
    "fake": "fake = G(z).detach()",
    "step": "optimiser.zero_grad(); total.backward(); optimiser.step()",
    "penalty": "penalty = (slope.norm(dim=1) - 1).square().mean()",
    "between": "between = (eps * x + (1 - eps) * fake).requires_grad_()",
    "scores": "scores = f(between).sum()",
}


def _runs(order: list[str]) -> bool:
    torch.manual_seed(0)
    f = nn.Linear(2, 1)
    world = {
        "torch": torch,
        "f": f,
        "G": nn.Linear(2, 2),
        "lam": 10.0,
        "x": torch.randn(4, 2),
        "z": torch.randn(4, 2),
        "eps": torch.rand(4, 1),
        "optimiser": Descent(f.parameters()),
    }
    try:
        for name in order:
            exec(CRITIC_STEP[name], world)
    except NameError:
        return False
    return True


def order_of_a_critic_step() -> list[str]:
    """Try the lines in every order; return the one in which each finds what it reads."""
    found: list[list[str]] = [[]]
    for _ in CRITIC_STEP:
        found = [[*done, name] for done in found for name in CRITIC_STEP if name not in done]
        found = [order for order in found if _runs(order)]
    return found[0] if len(found) == 1 else [f"{len(found)} orders"]


def clipped_slope(clip: float, factor: float, seeds: int) -> float:
    """Return the steepest slope of four layers 2, 32, 32, 32, 1 clipped at ``factor * clip``.

    With ``seeds`` it is the largest over so many random critics; else all weights are at the bound.
    """
    sizes = ((2, 32), (32, 32), (32, 32), (32, 1))
    g = np.random.default_rng(0)
    bound = factor * clip
    steepest = 0.0
    for _ in range(max(seeds, 1)):
        layers = [
            np.clip(g.normal(size=size), -bound, bound) if seeds else np.full(size, bound)
            for size in sizes
        ]
        steepest = max(steepest, float(np.linalg.norm(np.linalg.multi_dot(layers), 2)))
    return steepest


def gradient_of_a_clipped_critic(clip: float) -> float:
    """Return the largest gradient of a weight while all weights are clipped."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    with torch.no_grad():
        for weight in net.parameters():
            weight.clamp_(-clip, clip)
    loss = -net(10 * torch.randn(64, 2).abs()).mean()
    slopes = torch.autograd.grad(loss, list(net.parameters()))
    return max(float(slope.abs().max()) for slope in slopes)


def statements_on_estimates() -> list[str]:
    """Return the letters of the wrong statements on estimates of W1."""
    g = np.random.default_rng(0)
    x, y = g.normal(size=(2, 1000))
    of_samples = stats.wasserstein_distance(x, y)
    slope = np.linspace(0, 30, 300_001)
    reports = [
        float(2 * slope[(2 * slope - weight * (slope - 1) ** 2).argmax()]) for weight in (10.0, 1.0)
    ]
    twice = stats.wasserstein_distance(2 * x, 2 * y)
    constant = np.full(1000, 3.0)
    holds = {
        "a": of_samples < 1e-3,
        "b": constant.mean() - constant.mean() == 0,
        "c": math.isclose(reports[0], reports[1], rel_tol=0.1),
        "d": math.isclose(twice, 2 * of_samples),
    }
    return wrong(holds)
