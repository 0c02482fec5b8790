"""LPIPS against hand-made maps, its plain form, and the peers' numbers."""

import math

import lpips as lpips_package
import pytest
import torch
from torch import Tensor
from torchmetrics.functional.image import lpips as torchmetrics_lpips

from gentutor.metrics.lpips import layer_distances, lpips
from gentutor.metrics.networks.features import load_weights
from gentutor.metrics.networks.trunks import shipped_heads

SHAPES = ((64, 12, 10), (128, 6, 5), (256, 3, 2))  # VGG's widths


@pytest.fixture(scope="module")
def maps() -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Return maps of five images after ReLU, others like them, and VGG's heads, float64."""
    g = torch.Generator().manual_seed(0)
    x = [torch.randn(5, *shape, generator=g, dtype=torch.float64).relu() for shape in SHAPES]
    y = [(m + 0.3 * torch.randn(m.shape, generator=g, dtype=m.dtype)).relu() for m in x]
    x[0][0, :, 3, 4] = 0  # no activation at all, as ReLU often leaves
    x[1][1, :, 0, 0] = y[1][1, :, 0, 0] = 0
    heads = load_weights(shipped_heads("vgg"))
    return x, y, [heads[f"lin{k}.model.1.weight"].flatten().double() for k in range(3)]


def plain(x: list[Tensor], y: list[Tensor], weights: list[Tensor], eps: float) -> list[float]:
    """Return the distance from one position at a time."""
    total = [0.0] * len(x[0])
    for a, b, w in zip(x, y, weights, strict=True):
        n, _, height, width = a.shape
        for i in range(n):
            for h in range(height):
                for v in range(width):
                    p, q = (m[i, :, h, v] / (m[i, :, h, v].norm() + eps) for m in (a, b))
                    total[i] += float((w * (p - q) ** 2).sum()) / (height * width)
    return total


def test_the_fast_path_equals_the_plain_loop(maps: tuple[list[Tensor], ...]) -> None:
    x, y, w = maps
    assert lpips(x, y, w).tolist() == pytest.approx(plain(x, y, w, 1e-10), rel=1e-12)
    graded = lpips([m.clone().requires_grad_() for m in x], y, w)
    assert graded.tolist() == pytest.approx(lpips(x, y, w).tolist(), rel=1e-14)
    many = [torch.randn(700, 8, 7, 9).relu() for _ in range(2)]  # more than one block
    each = [float(lpips([many[0][[i]]], [many[1][[i]]])) for i in (0, 520, 699)]
    assert lpips(many[:1], many[1:])[[0, 520, 699]].tolist() == pytest.approx(each, rel=1e-6)


def test_peers_arithmetic(maps: tuple[list[Tensor], ...]) -> None:
    x, y, w = maps
    for normalise, options in (
        (lpips_package.normalize_tensor, {}),
        (torchmetrics_lpips._normalize_tensor, {"eps": 1e-8, "eps_inside": True}),
    ):
        expected = torch.zeros(5, dtype=torch.float64)
        for a, b, head in zip(x, y, w, strict=True):
            layer = lpips_package.NetLinLayer(len(head)).double()
            layer.model[0].weight.data = head[None, :, None, None]
            expected += layer((normalise(a) - normalise(b)) ** 2).mean((1, 2, 3)).detach()
        assert lpips(x, y, w, **options).tolist() == pytest.approx(expected.tolist(), rel=1e-9)


@pytest.mark.parametrize("inside", [False, True])
def test_where_epsilon_stands_shows_at_faint_activations(
    maps: tuple[list[Tensor], ...], inside: bool
) -> None:
    x, y, w = maps
    normalise = torchmetrics_lpips._normalize_tensor if inside else lpips_package.normalize_tensor
    for eps, scale in ((1e-10, 1e-10), (1e-8, 1e-5), (0.1, 1.0)):
        a, b = ([scale * m for m in part] for part in (x, y))
        units = [[normalise(m, eps=eps) for m in part] for part in (a, b)]
        expected = sum(
            (head[:, None, None] * (p - q) ** 2).sum(1).mean((1, 2))
            for p, q, head in zip(*units, w, strict=True)
        )
        found = lpips(a, b, w, eps=eps, eps_inside=inside)
        assert torch.allclose(found, expected, rtol=1e-9, atol=0)
        other = lpips(a, b, w, eps=eps, eps_inside=not inside)
        assert float((other / expected - 1).abs().min()) > 1e-3


def test_float32_is_right_to_a_millionth(maps: tuple[list[Tensor], ...]) -> None:
    x, y, w = ([m.float() for m in part] for part in maps)
    for scale in (1, 1e-3):  # y near x, where a difference of large sums would lose digits
        near = [a + scale * (b - a) for a, b in zip(x, y, strict=True)]
        exact = lpips(*([m.double() for m in part] for part in (x, near, w)))
        assert lpips(x, near, w).tolist() == pytest.approx(
            exact.tolist(), rel=1e-4 if scale < 1 else 1e-6
        )


@pytest.mark.claim("lpips-formula")
def test_hand_made_maps() -> None:
    """Two layers: (3, 4) against (4, 3) at one of four positions; (1, 0) against (0, 2) at one."""
    first = torch.zeros(1, 2, 2, 2).double()
    first[0, :, :, :] = torch.tensor([3.0, 4.0]).double()[:, None, None]
    other = first.clone()
    other[0, :, 0, 1] = torch.tensor([4.0, 3.0]).double()
    x = [first, torch.tensor([1.0, 0.0]).double().view(1, 2, 1, 1)]
    y = [other, torch.tensor([0.0, 2.0]).double().view(1, 2, 1, 1)]
    w = [torch.tensor(values, dtype=torch.float64) for values in ([0.5, 2.0], [0.1, 0.3])]
    expected = [(0.5 * 0.04 + 2 * 0.04) / 4, 0.1 + 0.3]
    assert layer_distances(x, y, w)[0].tolist() == pytest.approx(expected, rel=1e-9)
    assert float(lpips(x, y, w)) == pytest.approx(sum(expected), rel=1e-9)
    # only directions count: another scale at every position changes nothing
    assert float(lpips([7 * m for m in x], y, w)) == pytest.approx(sum(expected), rel=1e-9)


@pytest.mark.claim("lpips-formula")
def test_released_weights_multiply_the_square(maps: tuple[list[Tensor], ...]) -> None:
    x, y, w = maps
    inside = torch.zeros(5, dtype=torch.float64)  # the formula as printed, w within the norm
    for a, b, head in zip(x, y, w, strict=True):
        unit = [m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (a, b)]
        inside += ((head[:, None, None] * (unit[0] - unit[1])) ** 2).sum(1).mean((1, 2))
    assert lpips(x, y, [head**2 for head in w]).tolist() == pytest.approx(inside.tolist(), rel=1e-9)
    ratio = lpips(x, y, w) / inside
    assert float((ratio - 1).abs().min()) > 0.5  # taken literally, another number


def test_gradients_are_finite_where_nothing_is_active() -> None:
    for options in ({}, {"eps": 1e-8, "eps_inside": True}):
        x = torch.zeros(2, 4, 3, 3).requires_grad_()
        y = torch.zeros(2, 4, 3, 3)
        y[1] = 1
        value = lpips([x], [y], **options)
        value.sum().backward()
        assert bool(x.grad.isfinite().all())
        assert value[0].item() == 0
    zero = torch.zeros(1, 4, 3, 3).requires_grad_()
    unit = lpips_package.normalize_tensor(zero)
    ((unit - torch.ones_like(zero)) ** 2).sum().backward()
    assert bool(zero.grad.isnan().any())  # the root's slope, which this package's own form meets
    x = torch.rand(1, 3, 2, 2, dtype=torch.float64).requires_grad_()
    y = torch.rand(1, 3, 2, 2, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda m: lpips([m], [y]), x)


@pytest.mark.parametrize(
    ("x", "y", "weights", "error", "message"),
    [
        ([], [], None, ValueError, r"maps_x: expected at least one layer, got none"),
        (torch.zeros(1, 2, 3, 3), [], None, TypeError, r"maps_x: expected a list of tensors"),
        ([torch.zeros(1, 2, 3, 3)], [], None, ValueError, r"maps_y: expected 1 layers, got 0"),
        (
            [torch.zeros(1, 2, 3, 3)],
            [torch.zeros(1, 2, 3, 4)],
            None,
            ValueError,
            r"maps_y\[0\]: expected the shape of maps_x\[0\], \(1, 2, 3, 3\), got \(1, 2, 3, 4\)",
        ),
        (
            [torch.zeros(2, 2, 3, 3), torch.zeros(1, 2, 3, 3)],
            [torch.zeros(2, 2, 3, 3), torch.zeros(1, 2, 3, 3)],
            None,
            ValueError,
            r"maps_x\[1\]: expected shape \(2, C, H, W\), got \(1, 2, 3, 3\)",
        ),
        (
            [torch.zeros(1, 2, 3, 3)],
            [torch.zeros(1, 2, 3, 3)],
            [torch.ones(3)],
            ValueError,
            r"weights\[0\]: expected shape \(2,\), got \(3,\)",
        ),
        (
            [torch.zeros(1, 2, 3, 3)],
            [torch.zeros(1, 2, 3, 3)],
            [torch.tensor([1.0, -1.0])],
            ValueError,
            r"weights\[0\]: expected values >= 0, got -1",
        ),
        (
            [torch.zeros(1, 2, 3, 3)],
            [torch.full((1, 2, 3, 3), math.nan)],
            None,
            ValueError,
            r"maps_y\[0\]: expected finite values, got 18 NaN",
        ),
    ],
)
def test_bad_arguments_are_named(
    x: list[Tensor], y: list[Tensor], weights: list[Tensor], error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        lpips(x, y, weights)
    with pytest.raises(ValueError, match=r"eps: expected a finite number > 0, got 0"):
        lpips([torch.ones(1, 2, 3, 3)], [torch.ones(1, 2, 3, 3)], eps=0)
