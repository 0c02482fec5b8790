"""Properties of PSNR on bytes."""

import math

import torch

from gentutor.proof.properties import expect, same, tensor


def pair(*errors):
    """Return an image whose pixels differ from 100 by these errors, and its reference."""
    y = torch.full((1, 1, 2, 2), 100, dtype=torch.uint8)
    x = torch.tensor([100 + e for e in errors], dtype=torch.uint8)
    return x.view(1, 1, 2, 2), y


def decibels(mse):
    return torch.tensor([10 * math.log10(255**2 / mse)])


def check_each(psnr):
    """one number an image"""
    a, y = pair(1, 1, 0, 1)
    b, _ = pair(10, 10, 0, 10)  # no square above 255
    saw = tensor(
        psnr(torch.cat([a, b]), torch.cat([y, y])),
        (2,),
        "The PSNR of two images",
    )
    same(
        saw[0] - saw[1],
        20.0,
        "The distance of two images, one ten times worse, in dB",
    )


def check_small(psnr):
    """small errors of both signs"""
    mistakes = {
        "An error of −2 counts as 254. Convert before you subtract.": decibels(
            (4 + 254**2 + 16) / 4
        ),
        "Negative differences are lost: they count as 0.": decibels(20 / 4),
        "MAX is 1 now: bytes reach 255.": decibels(6 * 255**2),
    }
    same(
        psnr(*pair(2, -2, 0, 4)),
        decibels(6),
        "The PSNR for errors 2, −2, 0, 4",
        mistakes,
    )


def check_large(psnr):
    """large errors"""
    mistakes = {
        "Squares wrapped around: 20² is 144 in bytes. Convert before you subtract.": decibels(
            88
        )
    }
    same(
        psnr(*pair(20, -20, 0, 40)),
        decibels(600),
        "The PSNR for errors 20, −20, 0, 40",
        mistakes,
    )


def check_worst(psnr):
    """0 dB for black against white"""
    black = torch.zeros(1, 1, 2, 2, dtype=torch.uint8)
    saw = float(psnr(black + 255, black))
    expect(
        abs(saw) < 1e-3,
        f"Black against white scores {saw:.2f} dB, expected 0.",
    )
