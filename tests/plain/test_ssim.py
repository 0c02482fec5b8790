"""The plain SSIM and MS-SSIM: the package's numbers, one window by hand, closed forms."""

import pytest
import torch

from gentutor.data import photograph
from gentutor.metrics import ms_ssim, ssim, ssim_map, ssim_terms
from gentutor.metrics.windows import Window
from gentutor.plain import ssim as plain


def grainy(name: str, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a photograph and a noisy copy in float64."""
    x = photograph(name, side)
    g = torch.Generator().manual_seed(0)
    return x, x + 0.1 * torch.randn(x.shape, generator=g, dtype=torch.float64)


@pytest.mark.parametrize("name", ["coffee", "camera"])
@pytest.mark.parametrize("top", [1, 2, 255])
def test_values_and_map_are_the_packages(name, top):
    x, y = grainy(name, 48)
    torch.testing.assert_close(plain.ssim(x, y, top), ssim(x, y, data_range=top))
    luminance, pattern = plain.ssim_factors(x, y, top)
    torch.testing.assert_close(luminance * pattern, ssim_map(x, y, data_range=top))
    terms = ssim_terms(x, y, data_range=top)
    torch.testing.assert_close(luminance, terms.luminance)
    torch.testing.assert_close(pattern, terms.contrast * terms.structure)


def test_another_window_and_other_constants():
    x, y = grainy("camera", 40)
    found = plain.ssim(x, y, 1, taps=torch.full((7,), 1 / 7).double(), k1=0.02, k2=0.05)
    expected = ssim(x, y, data_range=1, window=Window("uniform", 7), k1=0.02, k2=0.05)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("name", ["coffee", "camera"])
def test_five_scales_are_the_packages(name):
    x, y = grainy(name, 181)
    torch.testing.assert_close(plain.ms_ssim(x, y, 1), ms_ssim(x, y, data_range=1))
    assert plain.ms_ssim(x, 1 - x, 1).tolist() == [0]


def test_one_window_by_hand():
    taps = plain.gaussian_taps()
    assert float(taps.sum()) == pytest.approx(1)
    assert float(taps[5] / taps[4]) == pytest.approx(torch.e ** (1 / 4.5), rel=1e-6)
    weight = taps[:, None] * taps
    x, y = (image[..., 5:16, 9:20] for image in grainy("camera", 40))
    a, b = x[0, 0], y[0, 0]
    mu_a, mu_b = (weight * a).sum(), (weight * b).sum()
    cov = (weight * (a - mu_a) * (b - mu_b)).sum()
    spread = (weight * ((a - mu_a) ** 2 + (b - mu_b) ** 2)).sum()
    by_hand = (2 * mu_a * mu_b + 1e-4) * (2 * cov + 9e-4)
    by_hand /= (mu_a**2 + mu_b**2 + 1e-4) * (spread + 9e-4)
    torch.testing.assert_close(plain.ssim(x, y, 1), by_hand[None])


def test_constants_leave_the_luminance_term_alone():
    dark = torch.full((1, 1, 16, 16), 0.2)
    found = float(plain.ssim(dark, torch.full_like(dark, 0.8), 1))
    assert found == pytest.approx((2 * 0.16 + 1e-4) / (0.04 + 0.64 + 1e-4), abs=1e-6)
    assert plain.ssim(dark, dark, 1).tolist() == [1]
