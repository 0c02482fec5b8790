"""Second routes to the keys of ``questions/lpips.yaml``: unit vectors by hand, small networks."""

import math
from collections.abc import Callable, Sequence
from itertools import product

import torch
from torch import Tensor, nn

from gentutor.proof.checks.letters import true_ones, wrong

Vector = Sequence[float]


def place(a: Vector, b: Vector, weights: Vector) -> float:
    """Return what two vectors at one place add, number by number."""
    lengths = [math.sqrt(sum(c * c for c in one)) for one in (a, b)]
    parts = zip(a, b, weights, strict=True)
    return sum(w * (p / lengths[0] - q / lengths[1]) ** 2 for p, q, w in parts)


def circle(degrees: float) -> Vector:
    """Return the unit vector at an angle."""
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def detour_ratio(step: float) -> float:
    """Return the direct way over two equal steps on the circle, by the half-angle: 4 sin²(θ/2)."""
    return math.sin(math.radians(step)) ** 2 / (2 * math.sin(math.radians(step / 2)) ** 2)


def literal_over_right(weight: float) -> float:
    """Return the distance with the weight within the square, over the right one, on random maps."""
    x, y = _maps(seed=1), _maps(seed=2)
    difference = _unit(x) - _unit(y)
    inside = (weight * difference).square().sum(1).mean()
    return float(inside / (weight * difference.square()).sum(1).mean())


def largest_sum(layers: int, least: float) -> float:
    """Search unit vectors of two numbers, none below ``least``, for the largest distance."""
    grid = [circle(step) for step in range(0, 360, 5)]
    allowed = [v for v in grid if min(v) >= least - 1e-9]
    return layers * max(place(a, b, (1, 1)) for a, b in product(allowed, repeat=2))


def mean_over_pairs(sizes: Sequence[int], apart: float) -> float:
    """Return the mean distance over pairs of images that are copies within their group."""
    groups = [number for number, size in enumerate(sizes) for _ in range(size)]
    pairs = [(a, b) for i, a in enumerate(groups) for b in groups[:i]]
    return sum(apart * (a != b) for a, b in pairs) / len(pairs)


def _maps(seed: int, scale: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(4, 8, 5, 5, generator=generator, dtype=torch.float64)


def _unit(maps: Tensor) -> Tensor:
    return maps / maps.norm(dim=1, keepdim=True)


def _distance(x: Tensor, y: Tensor) -> Tensor:
    return (_unit(x) - _unit(y)).square().sum(1).mean((1, 2))


def _network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    layers = [nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1)]
    return nn.Sequential(*layers).double().requires_grad_(False)


def _image(seed: int = 0) -> Tensor:
    torch.manual_seed(seed)
    return torch.rand(1, 3, 32, 32, dtype=torch.float64)


def unchanged_by() -> list[str]:
    """Return the letters of the changes of one map that leave the distance alone."""
    x, y = _maps(1), _maps(2)
    before = _distance(x, y)
    generator = torch.Generator().manual_seed(3)
    gains = torch.rand(4, 1, 5, 5, generator=generator, dtype=torch.float64) + 0.5
    changed = {
        "a": _distance(7 * x, y),
        "b": _distance(gains * x, y),
        "c": _distance(x + 1, y),
        "d": _distance(x * torch.linspace(1, 2, 8).double()[:, None, None], y),
    }
    return true_ones({k: torch.allclose(after, before) for k, after in changed.items()})


def obeys_the_triangle() -> str:
    """Try four transforms of the distance on random triples; return the letter that holds."""
    points = _unit(torch.cat([_maps(s)[:, :, :1, :1] for s in range(8)]))[:, :2, 0, 0]
    points = points / points.norm(dim=1, keepdim=True)
    d = (points[:, None] - points).square().sum(2)
    forms: dict[str, Callable[[Tensor], Tensor]] = {
        "a": lambda t: t,
        "b": lambda t: t.sqrt(),
        "c": lambda t: t.square(),
        "d": lambda t: t.exp() - 1,
    }
    holds = {}
    for letter, form in forms.items():
        f = form(d)
        holds[letter] = bool((f[:, None] <= f[:, :, None] + f[None] + 1e-9).all())
    (found,) = true_ones(holds)
    return found


def cancels() -> str:
    """Return the letter of the pair that (Σ w d)² calls equal, w = (1, 1)."""
    pairs = {
        "a": ((3, 4), (4, 3)),
        "b": ((1, 0), (3, 4)),
        "c": ((0, 1), (3, 4)),
        "d": ((1, 0), (2, 1)),
    }
    sums = {}
    for letter, both in pairs.items():
        a, b = (torch.tensor(v, dtype=torch.float64) for v in both)
        sums[letter] = abs(float((a / a.norm() - b / b.norm()).sum()))
    (found,) = true_ones({letter: total < 1e-9 for letter, total in sums.items()})
    return found


def statements_on_the_distance() -> list[str]:
    """Return the letters of the wrong statements on symmetry, zeros and triangles."""
    x, y = _maps(1), _maps(2)
    a, b, c = (circle(angle) for angle in (0, 45, 90))
    direct = place(a, c, (1, 1))
    detour = place(a, b, (1, 1)) + place(b, c, (1, 1))
    return wrong(
        {
            "a": torch.allclose(_distance(x, y), _distance(y, x)),
            "b": direct <= detour,
            "c": bool((_distance(x, 3 * x) > 0.01).all()),
            "d": math.sqrt(direct)
            <= sum(math.sqrt(place(p, q, (1, 1))) for p, q in ((a, b), (b, c))),
        }
    )


def slope_at_the_image() -> str:
    """Return the letter of the gradient's size at the reference: a zero, b large, c not finite."""
    net, x = _network(), _image()
    y = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(_distance(net(y), net(x)).sum(), y)
    if not bool(slope.isfinite().all()):
        return "c"
    return "a" if float(slope.abs().max()) < 1e-9 else "b"


def ratios_in_the_wrong_range() -> str:
    """Read images in [0, 1] as [-1, 1]; return the letter of what happens to twelve distances."""
    net = _network()
    ratios = []
    for seed in range(12):
        x = _image(seed)
        y = (x + 0.05 * (1 + seed) * torch.randn_like(x)).clamp(0, 1)
        right = _distance(net(2 * x - 1), net(2 * y - 1))
        ratios.append(float(_distance(net(x), net(y)) / right))
    spread = max(ratios) / min(ratios)
    return "b" if spread < 1.01 else "c" if min(ratios) > 1 else "a"
