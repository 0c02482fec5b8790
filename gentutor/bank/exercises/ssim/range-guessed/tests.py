"""Properties of an SSIM of images in [0, 1]."""

import torch

from gentutor.plain import ssim as plain
from gentutor.proof.properties import expect, same, spread, tensor

TAPS = torch.full((7,), 1 / 7).double()
Y = 0.5 + 0.02 * spread(2, 1, 9, 9, seed=1).double()
X = Y + 0.02 * spread(2, 1, 9, 9, seed=2).double()


def score(x, y, top=1.0):
    return plain.ssim(x, y, top, taps=TAPS)


def check_faint(ssim):
    """a faint texture, with the range of the type"""
    guesses = {
        "The range is still read off the pixels, of all images together.": Y.max()
        - Y.min(),
        "MAX is 2 now, as for images in [−1, 1].": 2.0,
        "MAX is 255 now: these are floats in [0, 1].": 255.0,
    }
    mistakes = {
        text: score(X, Y, float(top)) for text, top in guesses.items()
    }
    each = torch.stack(
        [
            score(a[None], b[None], float(b.max() - b.min()))[0]
            for a, b in zip(X, Y, strict=True)
        ]
    )
    mistakes[
        "The range is still read off the pixels, of each image by itself."
    ] = each
    same(ssim(X, Y), score(X, Y), "The SSIM of two faint textures", mistakes)


def check_company(ssim):
    """the same score alone and in a batch"""
    other = torch.linspace(0, 1, 81).double().view(1, 1, 9, 9)
    saw = tensor(
        ssim(torch.cat([X, other]), torch.cat([Y, other])),
        (3,),
        "Three scores",
    )
    same(
        saw[:2],
        score(X, Y),
        "The SSIM of the same textures beside a bright image",
    )


def check_flat(ssim):
    """1 for two equal flat images, and a low score for black against white"""
    black = torch.zeros(1, 1, 9, 9).double()
    saw = float(ssim(black, black))
    expect(saw == saw, "Two black images score NaN: is the range 0?")
    same(saw, 1.0, "The SSIM of two black images")
    same(
        ssim(black + 1, black),
        torch.tensor([1e-4 / (1 + 1e-4)]),
        "The SSIM of black and white",
    )
