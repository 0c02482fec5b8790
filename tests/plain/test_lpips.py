"""Plain LPIPS against the package, the released package's own lines, and its properties."""

import lpips as lpips_package
import pytest
import torch
from torch import Tensor

from gentutor import metrics
from gentutor.metrics.lpips import layer_distances
from gentutor.plain import lpips as plain

SHAPES = ((8, 6, 5), (16, 3, 4))


def maps(seed: int, n: int = 3) -> list[Tensor]:
    g = torch.Generator().manual_seed(seed)
    return [torch.randn(n, *shape, generator=g, dtype=torch.float64) for shape in SHAPES]


def weights(seed: int = 9) -> list[Tensor]:
    g = torch.Generator().manual_seed(seed)
    return [torch.rand(shape[0], generator=g, dtype=torch.float64) for shape in SHAPES]


def test_it_is_the_packages_and_the_released_one():
    x, y, w = maps(0), maps(1), weights()
    found = plain.lpips(x, y, w)
    torch.testing.assert_close(found, metrics.lpips(x, y, w), rtol=1e-12, atol=0)
    for number, (a, b, head) in enumerate(zip(x, y, w, strict=True)):
        layer = plain.distance_map(a, b, head).mean((1, 2))
        torch.testing.assert_close(layer, layer_distances(x, y, w)[:, number])
        unit = lpips_package.normalize_tensor
        released = (head[:, None, None] * (unit(a) - unit(b)) ** 2).sum(1, keepdim=True)
        released = lpips_package.spatial_average(released, keepdim=False).flatten()
        torch.testing.assert_close(layer, released, rtol=1e-12, atol=0)


def test_directions_count_and_lengths_do_not():
    x, y, w = maps(0), maps(1), weights()
    scaled = [7 * m * torch.rand(len(m), 1, *m.shape[2:]) for m in x]
    torch.testing.assert_close(plain.lpips(scaled, y, w), plain.lpips(x, y, w))
    one = [torch.ones_like(head) for head in w]
    opposite = plain.lpips(x, [-m for m in x], one)  # 4 a layer, the largest
    torch.testing.assert_close(opposite, torch.full((3,), 8.0, dtype=torch.float64))
    assert float(plain.lpips(x, x, w).abs().max()) == 0
    torch.testing.assert_close(plain.lpips(x, y, w), plain.lpips(y, x, w))
    dark = [torch.zeros_like(m) for m in x]
    assert bool(plain.lpips(dark, y, w).isfinite().all())


def test_each_layer_is_averaged_over_its_own_places():
    x, y, w = maps(0), maps(1), weights()
    doubled = [[m.repeat(1, 1, 2, 3) for m in part] for part in (x, y)]
    torch.testing.assert_close(plain.lpips(*doubled, w), plain.lpips(x, y, w))


def test_the_weights_multiply_the_square():
    x, y, w = maps(0), maps(1), weights()
    unit = [[m / m.norm(dim=1, keepdim=True) for m in part] for part in (x, y)]
    inside = sum(
        ((head[:, None, None] * (a - b)) ** 2).sum(1).mean((1, 2))
        for a, b, head in zip(*unit, w, strict=True)
    )
    torch.testing.assert_close(plain.lpips(x, y, [head**2 for head in w]), inside)
    assert float((plain.lpips(x, y, w) / inside).min()) > 1.1


def test_layers_that_do_not_match_are_refused():
    x, y, w = maps(0), maps(1), weights()
    with pytest.raises(ValueError, match="zip"):
        plain.lpips(x, y, w[:1])


def test_diversity_is_the_mean_over_pairs_of_two():
    x, w = maps(0, n=4), weights()
    each = [
        float(plain.lpips([m[[i]] for m in x], [m[[j]] for m in x], w))
        for i in range(4)
        for j in range(i)
    ]
    assert float(plain.diversity(x, w)) == pytest.approx(sum(each) / 6, rel=1e-12)
    copies = [m[:1].expand(5, -1, -1, -1) for m in x]
    assert float(plain.diversity(copies, w)) == 0


def test_the_attack_climbs_within_its_radius():
    """The distance is a known one: the square to a far-off corner, which lies at one sign."""
    g = torch.Generator().manual_seed(0)
    x = torch.rand(2, 3, 8, 8, generator=g)
    goal = torch.randn(x.shape, generator=g)
    torch.manual_seed(0)
    y = plain.attack(lambda image: (goal * image).sum((1, 2, 3)), x, 0.1)
    best = (x + 0.1 * goal.sign()).clamp(0, 1)
    torch.testing.assert_close(y, best)
    assert not y.requires_grad
    lower = plain.attack(lambda image: -(goal * image).sum((1, 2, 3)), x, 0.1)
    torch.testing.assert_close(lower, (x - 0.1 * goal.sign()).clamp(0, 1))


def test_the_attack_leaves_a_point_without_slope():
    """LPIPS is flat at the image itself, where a climb would never start."""
    x = torch.full((1, 1, 4, 4), 0.5)
    y = plain.attack(lambda image: (image - x).square().sum((1, 2, 3)), x, 0.1)
    assert float((y - x).abs().min()) == pytest.approx(0.1)
