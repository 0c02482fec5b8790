"""LPIPS against hand-made maps, its plain form, the peers' numbers, and the book's claims."""

import math

import lpips as lpips_package
import pytest
import torch
from torch import Tensor
from torchmetrics.functional.image import lpips as torchmetrics_lpips

from gentutor.data import digits
from gentutor.metrics.digits import DigitsNet, digits_extractor
from gentutor.metrics.features import load_weights
from gentutor.metrics.frechet import fid
from gentutor.metrics.lpips import layer_distances, lpips
from gentutor.metrics.psnr import mean_squared_error
from gentutor.metrics.trunks import shipped_heads
from gentutor.training.digits_net import train

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


@pytest.fixture(scope="module")
def test_digits() -> tuple[Tensor, Tensor]:
    """Return the 360 held-out digits (360, 1, 8, 8) and what they are."""
    d = digits()
    return d.x_test.view(-1, 1, 8, 8), d.y_test


def of_digits(net: DigitsNet, x: Tensor, y: Tensor) -> Tensor:
    """Return LPIPS-digits of images in [0, 1]."""
    return lpips(*(net(image, value_range=(0, 1)).maps for image in (x, y)), net.heads)


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


@pytest.mark.claim("lpips-formula")
def test_the_range_of_the_input_matters_and_must_be_said(
    test_digits: tuple[Tensor, Tensor],
) -> None:
    x, _ = test_digits
    net = digits_extractor()
    right = of_digits(net, x[:50], x[50:100])
    maps = [net(image, value_range=(-1, 1)).maps for image in (x[:50], x[50:100])]  # it is (0, 1)
    wrong = lpips(*maps, net.heads)
    assert float(((wrong - right) / right).abs().median()) > 0.2


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


def auc(score: Tensor, same: Tensor) -> float:
    """Return how often a pair of one class is closer than a pair of two."""
    return float((score[same][:, None] < score[~same]).double().mean())


def random_pairs(labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return indices of 4,000 random pairs, and whether both show the same digit."""
    g = torch.Generator().manual_seed(0)
    i, j = torch.randint(len(labels), (2, 4000), generator=g)
    i, j = i[i != j], j[i != j]
    return i, j, labels[i] == labels[j]


@pytest.mark.claim("lpips-deep")
def test_the_distance_lives_in_the_features(test_digits: tuple[Tensor, Tensor]) -> None:
    x, labels = test_digits
    i, j, same = random_pairs(labels)
    trained = auc(of_digits(digits_extractor(), x[i], x[j]), same)
    pixels = auc(mean_squared_error(x[i], x[j]), same)
    assert trained > pixels + 0.05, (trained, pixels)  # 0.937 against 0.861 at writing
    # equal features, distance 0, whatever the pixels: a network blind to the lower half
    net = digits_extractor()

    def upper(image: Tensor) -> list[Tensor]:
        seen = torch.cat((image[..., :4, :], torch.zeros_like(image[..., 4:, :])), dim=-2)
        return list(net(seen, value_range=(0, 1)).maps)

    other = torch.cat((x[..., :4, :], 1 - x[..., 4:, :]), dim=-2)
    assert float(lpips(upper(x), upper(other), net.heads).abs().max()) == 0
    assert float(mean_squared_error(x, other).min()) > 0.1


@pytest.mark.claim("lpips-lower")
def test_lower_is_more_alike(test_digits: tuple[Tensor, Tensor]) -> None:
    x, _ = test_digits
    net = digits_extractor()
    assert float(of_digits(net, x, x).abs().max()) == 0
    g = torch.Generator().manual_seed(1)
    noise = torch.randn(x.shape, generator=g)
    levels = [of_digits(net, x, (x + s * noise).clamp(0, 1)) for s in (0.01, 0.05, 0.1, 0.2, 0.4)]
    assert bool((torch.stack(levels).diff(dim=0) > 0).double().mean() > 0.97)
    blurred = torch.nn.functional.avg_pool2d(x, 3, 1, 1)
    blends = [of_digits(net, x, x + t * (blurred - x)).mean() for t in torch.linspace(0, 1, 6)]
    assert bool((torch.stack(blends).diff() > 0).all())
    assert float((of_digits(net, x, blurred) >= 0).double().mean()) == 1


@pytest.mark.claim("lpips-backbone")
def test_backbone_and_training_decide(test_digits: tuple[Tensor, Tensor]) -> None:
    x, labels = test_digits
    i, j, same = random_pairs(labels)
    torch.manual_seed(0)
    nets = {"trained": digits_extractor(), "untrained": DigitsNet().requires_grad_(False)}
    score = {name: of_digits(net, x[i], x[j]) for name, net in nets.items()}
    assert auc(score["trained"], same) > auc(score["untrained"], same) + 0.03
    half = len(i) // 2
    order = [s[:half] < s[half : 2 * half] for s in score.values()]
    assert float((order[0] != order[1]).double().mean()) > 0.1  # comparisons that turn round


@pytest.mark.claim("lpips-backbone")
def test_the_triangle_inequality_fails(test_digits: tuple[Tensor, Tensor]) -> None:
    x, _ = test_digits
    net = digits_extractor()
    a, b = x[:100], x[100:200]
    middle = (a + b) / 2
    direct, detour = of_digits(net, a, b), of_digits(net, a, middle) + of_digits(net, middle, b)
    assert float((direct > detour).double().mean()) > 0.9
    assert float((direct / detour).median()) > 1.2
    angles = torch.tensor([0.0, math.pi / 4, math.pi / 2]).double()
    p, q, r = ([torch.stack((t.cos(), t.sin())).view(1, 2, 1, 1)] for t in angles)
    assert float(lpips(p, r)) == pytest.approx(2)
    assert float(lpips(p, q) + lpips(q, r)) == pytest.approx(4 - 2 * math.sqrt(2))


@pytest.mark.claim("lpips-backbone", "met-human")
def test_small_optimised_changes_move_it_at_will(test_digits: tuple[Tensor, Tensor]) -> None:
    """At one and the same squared error, look for the highest and the lowest distance."""
    x = test_digits[0][:40]
    net = digits_extractor()
    g = torch.Generator().manual_seed(0)

    def onto_sphere(image: Tensor, radius: float) -> Tensor:
        for _ in range(3):
            length = mean_squared_error(image, x).sqrt()[:, None, None, None]
            image = (x + (image - x) * (radius / length)).clamp(0, 1)
        return image

    def noisy(radius: float) -> Tensor:
        return onto_sphere(x + radius * torch.randn(x.shape, generator=g), radius)

    def optimised(radius: float, sign: int) -> Tensor:
        image = noisy(radius)
        for _ in range(100):
            image.requires_grad_()
            (slope,) = torch.autograd.grad(sign * of_digits(net, image, x).sum(), image)
            slope /= slope.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=1e-9)
            image = onto_sphere((image + 0.1 * radius * slope).detach(), radius)
        return image

    highest, lowest = optimised(0.05, 1), optimised(0.05, -1)
    errors = [mean_squared_error(image, x) for image in (highest, lowest)]
    assert torch.allclose(errors[0], errors[1], rtol=0.01)
    high, low = of_digits(net, highest, x), of_digits(net, lowest, x)
    assert float((high / low).median()) > 20, high / low  # 52 at writing
    assert float(high.mean()) > float(of_digits(net, noisy(0.1), x).mean())  # twice the error
    assert float(of_digits(net, optimised(0.1, -1), x).mean()) < float(
        of_digits(net, noisy(0.05), x).mean()
    )
    stranger, _ = train(seed=5)  # another network of the same kind is fooled too
    with torch.no_grad():
        assert float(of_digits(stranger, highest, x).mean()) > 3 * float(
            of_digits(stranger, noisy(0.05), x).mean()
        )


@pytest.mark.claim("lpips-pairwise")
def test_pairs_count_and_distributions_do_not(test_digits: tuple[Tensor, Tensor]) -> None:
    x, _ = test_digits
    net = digits_extractor()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    features = net(x, value_range=(0, 1)).features
    assert float(fid(features, features[order])) < 1e-6  # the same set
    assert float(of_digits(net, x, x[order]).mean()) > 1.5
    close = (x + 0.05).clamp(max=1)
    assert float(of_digits(net, x, close).mean()) < 0.2


@pytest.mark.claim("lpips-pairwise")
def test_the_mean_over_pairs_of_samples_scores_diversity(
    test_digits: tuple[Tensor, Tensor],
) -> None:
    x, labels = test_digits
    net = digits_extractor()

    def diversity(samples: Tensor) -> float:
        i, j = torch.triu_indices(len(samples), len(samples), offset=1)
        return float(of_digits(net, samples[i], samples[j]).mean())

    two = [torch.cat((x[labels == a][:20], x[labels == (a + 1) % 10][:20])) for a in range(10)]
    one = [x[labels == a][:30] for a in range(10)]
    everything = diversity(x[:60])
    assert max(diversity(samples) for samples in one) < min(diversity(samples) for samples in two)
    assert max(diversity(samples) for samples in one) < 0.8 * everything
    assert diversity(x[:1].expand(20, -1, -1, -1)) == pytest.approx(0, abs=1e-9)  # full collapse


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
