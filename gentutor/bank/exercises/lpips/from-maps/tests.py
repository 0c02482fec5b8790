"""Properties of LPIPS from maps."""

import torch

from gentutor.plain import lpips as plain
from gentutor.proof.properties import expect, same, spread, tensor

X = [spread(3, 4, 5, 2, seed=1), spread(3, 6, 2, 3, seed=2)]
Y = [spread(3, 4, 5, 2, seed=3), spread(3, 6, 2, 3, seed=4)]
W = [spread(4, seed=5).abs() + 0.2, spread(6, seed=6).abs() + 0.2]


def place(a, b):
    """One layer with one place."""
    return [
        [torch.tensor(v, dtype=torch.float32).view(1, -1, 1, 1)]
        for v in (a, b)
    ]


def total(form, x=X, y=Y, weights=W):
    return sum(form(*layer) for layer in zip(x, y, weights))


def wide(w):
    return w[:, None, None]


def check_shape(lpips):
    """one number a pair"""
    tensor(lpips(X, Y, W), (3,), "The distance of three pairs")


def check_one_place(lpips):
    """by pencil: (3, 4) against (4, 3), weights ½ and 2"""
    x, y = place((3, 4), (4, 3))
    saw = lpips(x, y, [torch.tensor([0.5, 2.0])])
    mistakes = {
        "The vectors are not divided by their lengths.": [2.5],
        "The weights stand within the square: a library's stand outside.": [
            0.17
        ],
        "The sum over channels is squared: square each channel first.": [
            0.09
        ],
        "The root is taken: LPIPS is a sum of squares.": [0.1**0.5],
        "That is a mean over the channels: the formula has a sum.": [0.05],
        "The difference is not squared.": [0.3],
        "The lengths are squared: divide by the length itself.": [0.004],
    }
    same(saw, [0.1], "The distance", mistakes)


def check_directions(lpips):
    """the same for activations of any strength"""
    gains = [spread(3, 1, *m.shape[2:], seed=9).abs() + 0.5 for m in X]
    strong = [m * g for m, g in zip(X, gains)]
    ratio = lpips(strong, Y, W) / lpips(X, Y, W)
    expect(
        (ratio - 1).abs().max() < 1e-3,
        "Each place times its own factor changes the distance, which should see directions "
        "alone. Over which axis is the length taken?",
    )


def check_value(lpips):
    """two layers, other sizes, other weights"""
    u = plain.unit
    mistakes = {
        "The places are summed: a layer is a mean over its places.": total(
            lambda a, b, w: (wide(w) * (u(a) - u(b)) ** 2).sum((1, 2, 3))
        ),
        "The layers are averaged: they are summed.": plain.lpips(X, Y, W) / 2,
        "The weights do not count.": total(
            lambda a, b, w: ((u(a) - u(b)) ** 2).sum(1).mean((1, 2))
        ),
        "It is a mean over all numbers of a layer: the channels are summed.": total(
            lambda a, b, w: (wide(w) * (u(a) - u(b)) ** 2).mean((1, 2, 3))
        ),
    }
    hint = "Sum over channels, mean over places, sum over layers."
    same(lpips(X, Y, W), plain.lpips(X, Y, W), "The distance", mistakes, hint)


def check_own_images(lpips):
    """each pair by itself"""
    together = lpips(X, Y, W)
    alone = [
        lpips([m[i:][:1] for m in X], [m[i:][:1] for m in Y], W)
        for i in range(3)
    ]
    hint = "Does one pair's distance depend on the others of the batch?"
    same(torch.cat(alone), together, "The distance of pairs alone", hint=hint)


def check_equal_and_dark(lpips):
    """0 for equal maps, finite where nothing is active"""
    same(lpips(X, X, W), torch.zeros(3), "The distance of equal maps")
    dark = [torch.zeros_like(m) for m in X]
    saw = lpips(dark, Y, W)
    expect(
        torch.isfinite(saw).all(),
        f"Where one image has no activation the distance is {saw[0].item()}: a length of 0 divides. "
        "Add a small number to it.",
    )
    expected = plain.lpips(dark, Y, W)
    same(saw, expected, "The distance where one image has no activation")
