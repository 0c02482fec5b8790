"""What the book claims of LPIPS."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.data import digits
from gentutor.metrics.fid import fid
from gentutor.metrics.lpips import lpips
from gentutor.metrics.networks.digits import DigitsNet, digits_extractor
from gentutor.metrics.psnr import mean_squared_error
from gentutor.training.digits_net import train


@pytest.fixture(scope="module")
def test_digits() -> tuple[Tensor, Tensor]:
    """Return the 360 held-out digits (360, 1, 8, 8) and what they are."""
    d = digits()
    return d.x_test.view(-1, 1, 8, 8), d.y_test


def of_digits(net: DigitsNet, x: Tensor, y: Tensor) -> Tensor:
    """Return LPIPS-digits of images in [0, 1]."""
    return lpips(*(net(image, value_range=(0, 1)).maps for image in (x, y)), net.heads)


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
