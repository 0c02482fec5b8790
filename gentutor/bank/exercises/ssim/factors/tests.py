"""Properties of the factors of SSIM."""

import torch

from gentutor.plain import ssim as plain
from gentutor.proof.properties import expect, same, spread

TAPS = plain.gaussian_taps(5, 1.0)
Y = 0.5 + 0.1 * spread(2, 3, 9, 11, seed=1).double()
X = Y + 0.1 * spread(2, 3, 9, 11, seed=2).double()


def factors(ssim_factors, x, y, top):
    """Return both factors, or say that there are not two."""
    found = ssim_factors(x, y, top, TAPS)
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        "Expected two tensors, luminance and contrast × structure.",
    )
    return found


def check_luminance(ssim_factors):
    """the luminance term"""
    luminance, pattern = plain.ssim_factors(X, Y, 1, taps=TAPS)
    saw = factors(ssim_factors, X, Y, 1)
    bare = plain.ssim_factors(X, Y, 1, taps=TAPS, k1=0.0)[0]
    rooted = plain.ssim_factors(X, Y, 1, taps=TAPS, k1=0.1)[0]
    mistakes = {
        "The two factors are swapped.": pattern,
        "That is the product already: return both factors.": luminance
        * pattern,
        "The constant is missing.": bare,
        "C₁ is the square of K₁ times MAX.": rooted,
    }
    same(saw[0], luminance, "The luminance term", mistakes)


def check_pattern(ssim_factors):
    """contrast times structure"""
    expected = plain.ssim_factors(X, Y, 1, taps=TAPS)[1]
    mu_x, mu_y, var_x, var_y, cov = plain.moments(X, Y, TAPS)
    mistakes = {
        "C₂ is the square of K₂ times MAX.": (2 * cov + 0.03)
        / (var_x + var_y + 0.03),
        "The means are not taken off: these are second moments, not variances.": (
            (2 * (cov + mu_x * mu_y) + 9e-4)
            / (var_x + mu_x**2 + var_y + mu_y**2 + 9e-4)
        ),
        "The 2 in front of the covariance is missing.": (cov + 9e-4)
        / (var_x + var_y + 9e-4),
        "That is contrast alone: the covariance is missing.": (
            (2 * (var_x * var_y).sqrt() + 9e-4) / (var_x + var_y + 9e-4)
        ),
    }
    same(
        factors(ssim_factors, X, Y, 1)[1],
        expected,
        "Contrast × structure",
        mistakes,
    )


def check_range(ssim_factors):
    """the same for the same images in bytes' range"""
    expected = plain.ssim_factors(X, Y, 1, taps=TAPS)
    saw = factors(ssim_factors, 255 * X, 255 * Y, 255)
    mistakes = {
        "The constants do not grow with MAX.": (
            plain.ssim_factors(255 * X, 255 * Y, 1, taps=TAPS)[1]
        )
    }
    same(
        saw[1],
        expected[1],
        "Contrast × structure of images in [0, 255]",
        mistakes,
    )


def check_flat(ssim_factors):
    """1 where both images are flat and equal"""
    flat = torch.full((1, 1, 6, 6), 0.5).double()
    for saw in factors(ssim_factors, flat, flat, 1):
        same(saw, torch.ones(1, 1, 2, 2), "A factor of two equal flat images")
