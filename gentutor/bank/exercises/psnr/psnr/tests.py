"""Properties of PSNR."""

import math

import torch

from gentutor.proof.properties import expect, same, spread, tensor

Y = 0.5 + 0.1 * spread(3, 2, 4, 5, seed=1)
GRAIN = torch.tensor([0.01, 0.05, 0.2])[:, None, None, None]
X = Y + GRAIN * spread(3, 2, 4, 5, seed=2)


def check_shape(psnr):
    """one number an image"""
    hints = {
        (): "One number came for the whole batch: each image has its own PSNR."
    }
    tensor(psnr(X, Y, 1), (3,), "The PSNR of three images", hints)


def check_values(psnr):
    """ten times the decimal logarithm of MAX squared over MSE"""
    mse = (X - Y).square().mean((1, 2, 3))
    expected = -10 * torch.log10(mse)
    mistakes = {
        "The logarithm is natural: decibels take the decimal one.": -10
        * mse.log(),
        "The sign is turned: a smaller error is a higher PSNR.": -expected,
        "That is the ratio of values: in front of a ratio of squares stands 10.": 2
        * expected,
        "The root of the MSE is in the quotient, with 10 in front: take 20, or the MSE.": (
            expected / 2
        ),
        "The squares are summed: MSE is a mean.": expected
        - 10 * math.log10(40),
        "MAX is read off the pixels: it is the argument.": (
            20 * torch.log10(X.amax((1, 2, 3))) + expected
        ),
    }
    same(psnr(X, Y, 1), expected, "The PSNR of images in [0, 1]", mistakes)


def check_range(psnr):
    """the same number for the same images in another range"""
    expected = psnr(X, Y, 1)
    saw = psnr(255 * X, 255 * Y, 255)
    mistakes = {
        "MAX enters once: it is squared, as the error is.": expected
        - 20 * math.log10(255) / 2
    }
    same(saw, expected, "The PSNR of images in [0, 255]", mistakes)


def check_bytes(psnr):
    """bytes are converted before they are subtracted"""
    x = torch.tensor([120, 80, 100, 140], dtype=torch.uint8).view(1, 1, 2, 2)
    y = torch.full((1, 1, 2, 2), 100, dtype=torch.uint8)
    mistakes = {
        "Bytes wrapped around: 80 − 100 is 236. Convert before you subtract.": (
            10 * math.log10(65_025 / ((400 + 236**2 + 0 + 1600) / 4))
        ),
        "Difference and square wrapped around in bytes. Convert before you subtract.": (
            10 * math.log10(65_025 / 88)
        ),
    }
    saw = psnr(x, y, 255)
    same(
        saw,
        torch.tensor([10 * math.log10(65_025 / 600)]),
        "The PSNR of bytes",
        {k: torch.tensor([v]) for k, v in mistakes.items()},
    )


def check_identical(psnr):
    """infinity for identical images"""
    saw = float(psnr(Y[:1], Y[:1], 1))
    expect(
        saw == math.inf,
        f"Identical images score {saw:.3g}, expected infinity. Is an epsilon added?",
    )
