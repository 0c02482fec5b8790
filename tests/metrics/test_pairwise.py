"""What the book claims of metrics that compare an image with its reference."""

import inspect
import math

import pytest
import torch
from photographs import photograph
from torch import Tensor
from torch.nn import functional

from gentutor.data import digits
from gentutor.metrics.fid import fid
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.kid import kid
from gentutor.metrics.lpips import lpips
from gentutor.metrics.networks.digits import DigitsNet, digits_extractor
from gentutor.metrics.networks.features import Extractor
from gentutor.metrics.networks.trunks import Trunk
from gentutor.metrics.psnr import psnr
from gentutor.metrics.score import Score
from gentutor.metrics.ssim import ssim
from gentutor.metrics.windows import Window

SMALL = Window("uniform", 7)


@pytest.fixture(scope="module")
def x() -> Tensor:
    """Return the 360 held-out digits, (360, 1, 8, 8) in [0, 1]."""
    return digits().x_test.view(-1, 1, 8, 8)


def lpips_of(net: Extractor, x: Tensor, y: Tensor) -> Tensor:
    """Return LPIPS of images in [0, 1]."""
    return lpips(*(net(image, value_range=(0, 1)).maps for image in (x, y)), net.heads)


@pytest.mark.claim("met-pairwise")
def test_low_level_metrics_need_the_reference_of_each_image(x: Tensor) -> None:
    for metric in (psnr, ssim, lpips):
        required = [
            name
            for name, parameter in inspect.signature(metric).parameters.items()
            if parameter.default is parameter.empty
            and parameter.kind.name == "POSITIONAL_OR_KEYWORD"
        ]
        assert len(required) == 2, metric
    # a perfect generator (real digits, which match no given one) scores worse than a poor restorer
    net = digits_extractor()
    g = torch.Generator().manual_seed(0)
    poor = (functional.avg_pool2d(x, 3, 1, 1) + 0.1 * torch.randn(x.shape, generator=g)).clamp(0, 1)
    perfect = x[torch.randperm(len(x), generator=g)]
    features = [net(image, value_range=(0, 1)).features for image in (x, poor, perfect)]
    assert float(fid(features[0], features[2])) < 1e-6 < float(fid(features[0], features[1]))
    assert (
        float(psnr(poor, x, data_range=1).median())
        > float(psnr(perfect, x, data_range=1).median()) + 3
    )
    structure = [ssim(image, x, data_range=1, window=SMALL) for image in (poor, perfect)]
    assert float(structure[0].mean()) > float(structure[1].mean()) + 0.2
    assert float(lpips_of(net, poor, x).mean()) < 0.7 * float(lpips_of(net, perfect, x).mean())


@pytest.mark.claim("met-pretrained")
def test_feature_metrics_change_with_network_resizing_and_range(x: Tensor) -> None:
    g = torch.Generator().manual_seed(0)
    y = (x + 0.15 * torch.randn(x.shape, generator=g)).clamp(0, 1)
    torch.manual_seed(0)
    trained, other = digits_extractor(), DigitsNet().requires_grad_(False)

    def scores(net: Extractor, a: Tensor, b: Tensor, top: float = 1) -> dict[str, float]:
        said = [net(image, value_range=(0, top)) for image in (a, b)]
        return {
            "FID": float(fid(said[0].features, said[1].features)),
            "KID": float(kid(said[0].features, said[1].features).mean),
            "IS": float(inception_score(said[1].logits, n_splits=1).mean) - 1,
            "LPIPS": float(lpips(said[0].maps, said[1].maps, net.heads).mean()),
        }

    def through(image: Tensor) -> Tensor:  # to 5 x 5 and back
        small = functional.interpolate(image, (5, 5), mode="bilinear", antialias=True)
        return functional.interpolate(small, (8, 8), mode="bilinear").clamp(0, 1)

    own = scores(trained, x, y)
    for changed in (
        scores(other, x, y),
        scores(trained, through(x), through(y)),
        scores(trained, x, y, top=2),
    ):
        for name, value in own.items():
            assert abs(changed[name] / value - 1) > 0.2, (name, value, changed[name])
    # PSNR and SSIM see pixels alone: their arguments have no place for a network or its features
    for metric in (psnr, ssim):
        assert not {"features", "maps_x", "weights"} & set(inspect.signature(metric).parameters)


@pytest.mark.claim("met-pretrained")
def test_a_score_names_its_network_and_refuses_another(x: Tensor) -> None:
    net = digits_extractor()
    value = lpips_of(net, x[:20], x[20:40]).mean()
    score = Score.of("LPIPS", value, net, n_fake=20)
    assert score.name == "LPIPS-digits"
    assert net.weight_hash in str(score)
    assert Score.of("LPIPS", value, Trunk("alexnet"), n_fake=20).name == "LPIPS"
    with pytest.raises(ValueError, match=r"expected a score of the same weight_hash"):
        score.beats(Score.of("LPIPS", value, DigitsNet(), n_fake=20))


@pytest.mark.claim("met-tradeoff")
def test_no_gaussian_estimator_is_best_at_both() -> None:
    r"""Estimate X ~ N(0, 1) from Y = X + N(0, v) by aY + b noise, for every a and b.

    With D the squared error and P the 2-Wasserstein distance of the estimates to N(0, 1), the
    bound is :math:`D \ge D^* + (P^* - P)_+^2`, D* and P* those of the conditional mean (Freirich,
    Michaeli and Meir, 2021, theorem 1).
    """
    v = 1.0
    gain = 1 / (1 + v)  # the conditional mean is gain * Y
    best_error = v / (1 + v)
    its_distance = 1 - math.sqrt(gain)
    a, b = torch.meshgrid(
        torch.linspace(0, 1.5, 301).double(), torch.linspace(0, 1.2, 241).double(), indexing="ij"
    )
    error = (1 - a) ** 2 + a**2 * v + b**2
    distance = ((a**2 * (1 + v) + b**2).sqrt() - 1).abs()
    bound = best_error + (its_distance - distance).clamp(min=0) ** 2
    assert bool((error >= bound - 1e-12).all())
    assert float((error - bound).min()) < 1e-4  # the bound is met
    least, closest = error.argmin(), distance.argmin()
    assert float(a.flatten()[least]) == pytest.approx(gain, abs=0.01)
    assert float(distance.flatten()[least]) == pytest.approx(its_distance, abs=0.01)
    faithful = error[distance < 0.005]
    assert float(faithful.min()) > best_error + 0.07  # 0.086 by the bound
    assert float(error.flatten()[closest]) > best_error


@pytest.mark.claim("met-tradeoff")
def test_the_best_restoration_of_digits_does_not_look_like_a_digit() -> None:
    """Digits are the prior and their noisy 4 x 4 averages the observation, both known exactly."""
    prior = digits().x_train.double()
    g = torch.Generator().manual_seed(0)
    pick = torch.randperm(len(prior), generator=g)[:700]
    coarse = functional.avg_pool2d(prior.view(-1, 1, 8, 8), 4).flatten(1)  # (M, 4)
    seen = coarse[pick] + 0.1 * torch.randn(len(pick), 4, generator=g, dtype=torch.float64)
    weight = torch.softmax(-((seen[:, None] - coarse) ** 2).sum(-1) / (2 * 0.1**2), dim=1)
    mean, sample = weight @ prior, prior[torch.multinomial(weight, 1, generator=g)[:, 0]]
    blend = (mean + sample) / 2
    truth = prior[pick]
    images = {"mean": mean, "blend": blend, "sample": sample}
    error = {k: float(((image - truth) ** 2).mean()) for k, image in images.items()}
    net = digits_extractor().double()

    def features(image: Tensor) -> Tensor:
        return net(image.view(-1, 1, 8, 8), value_range=(0, 1)).features

    real = features(prior)
    distance = {k: float(fid(real, features(image))) for k, image in images.items()}
    assert error["mean"] < error["blend"] < error["sample"]
    assert distance["mean"] > distance["blend"] > distance["sample"]
    assert distance["mean"] > 5 * distance["sample"], distance
    # off the manifold: far from every digit, where a held-out digit is near to one
    held_out = digits().x_test.double()
    nearest = {
        "mean": float(torch.cdist(mean, prior).min(1).values.median()),
        "digit": float(torch.cdist(held_out, prior).min(1).values.median()),
    }
    assert nearest["mean"] > 1.2 * nearest["digit"], nearest


@pytest.mark.claim("met-human")
def test_psnr_and_ssim_prefer_plain_grain_to_a_shift_that_nobody_notices() -> None:
    image = photograph("grass")
    moved = image.roll(1, dims=-1)
    grain = torch.randn(image.shape, generator=torch.Generator().manual_seed(0), dtype=image.dtype)
    grainy = (image + 0.1 * grain).clamp(0, 1)
    for metric in (psnr, ssim):
        assert float(metric(grainy, image, data_range=1)) > float(
            metric(moved, image, data_range=1)
        )
