"""What the chapters on PSNR and SSIM claim beyond what the metrics' own tests hold."""

import inspect
import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gentutor.data import photograph
from gentutor.metrics import lpips, ms_ssim, psnr, ssim
from gentutor.plain.ssim import gaussian_taps, window_mean

NAMES = ("camera", "coffee", "astronaut", "coins", "chelsea", "brick", "grass", "moon")


def blurred(image: Tensor, width: float) -> Tensor:
    """Return the image under a Gaussian of ``width`` pixels."""
    reach = int(4 * width) + 1
    padded = functional.pad(image, (reach,) * 4, mode="reflect")
    return window_mean(padded, gaussian_taps(2 * reach + 1, width))


def decibels(image: Tensor, reference: Tensor) -> float:
    """Return the PSNR of one image, or pooled over several."""
    return float(psnr(image, reference, data_range=1, pooled=True))


@pytest.mark.claim("psnr-blur")
@pytest.mark.parametrize("name", NAMES)
def test_blur_costs_a_known_original_decibels_and_gives_a_noisy_one_some(name: str) -> None:
    x = photograph(name, grey=True)
    g = torch.Generator().manual_seed(0)
    noisy = x + 0.1 * torch.randn(x.shape, generator=g, dtype=torch.float64)
    widths = (0.4, 0.6, 0.8, 1.0, 1.5, 2.0)
    known = [decibels(blurred(x, width), x) for width in widths]
    assert known == sorted(known, reverse=True)
    assert known[0] > known[-1] + 9
    uncertain = [decibels(blurred(noisy, width), x) for width in widths]
    assert max(uncertain) > decibels(noisy, x) + 2, "smoothing pays where there is noise"
    sharpest = torch.stack([blurred(noisy, w) - x for w in widths]).square().mean((1, 2, 3, 4))
    assert int(sharpest.argmin()) > 0


@pytest.mark.claim("psnr-blur")
@pytest.mark.claim("psnr-smooth")
@pytest.mark.parametrize("name", NAMES)
def test_the_mean_of_nine_places_beats_each_sharp_guess(name: str) -> None:
    big = photograph(name, 258, grey=True)
    nine = torch.cat([big[..., i : i + 256, j : j + 256] for i in range(3) for j in range(3)])
    m = nine.mean(0, keepdim=True)
    of_mean = decibels(m.expand_as(nine), nine)
    of_guesses = [decibels(guess.expand_as(nine), nine) for guess in nine.split(1)]
    assert of_mean > max(of_guesses) + 0.5
    mse = [10 ** (-value / 10) for value in of_guesses]  # a sample is each guess alike
    of_sample = -10 * math.log10(sum(mse) / 9)
    assert of_mean - of_sample == pytest.approx(10 * math.log10(2), abs=1e-9)
    rough = [float(image.diff(dim=-1).square().mean()) for image in (m, nine[4:5])]
    assert rough[0] < 0.7 * rough[1], "the winner is the smooth one"


@pytest.mark.claim("met-pairwise")
def test_pairwise_metrics_need_the_images_own_reference() -> None:
    x = torch.cat([photograph(name, 192, grey=True) for name in NAMES])
    g = torch.Generator().manual_seed(0)
    restored = x + 0.05 * torch.randn(x.shape, generator=g, dtype=torch.float64)
    others = x.roll(1, 0)  # the same set of references, each image beside another's
    for metric in (psnr, ssim, ms_ssim):
        own, foreign = (metric(restored, y, data_range=1) for y in (x, others))
        assert bool((own > foreign + 0.2).all()), metric.__name__
    assert decibels(restored, x) == pytest.approx(26.02, abs=0.1)
    for metric in (psnr, ssim, ms_ssim, lpips):
        pair = list(inspect.signature(metric).parameters.values())[:2]
        assert all(argument.default is inspect.Parameter.empty for argument in pair)
