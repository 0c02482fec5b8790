"""Properties of a layer with released weights."""

import torch

from gentutor.plain.lpips import distance_map, unit
from gentutor.proof.properties import expect, same, spread, tensor

X, Y = spread(3, 4, 5, 2, seed=1), spread(3, 4, 5, 2, seed=2)
W = torch.tensor([0.04, 0.25, 1.0, 2.25])


def check_shape(layer_distance):
    """one number a pair"""
    tensor(layer_distance(X, Y, W), (3,), "The layer's share for three pairs")


def check_value(layer_distance):
    """the package's number"""
    d, w = unit(X) - unit(Y), W[:, None, None]
    mistakes = {
        "It has w² d²: the weights stand within the square.": (
            (w * d).square().sum(1).mean((1, 2))
        ),
        "The sum over channels is squared: opposite differences cancel.": (
            (w * d).sum(1).square().mean((1, 2))
        ),
        "The difference is not squared any more.": (
            (w * d.abs()).sum(1).mean((1, 2))
        ),
        "The root of the weights stands outside the square: without it, the power is right.": (
            (w.sqrt() * d.square()).sum(1).mean((1, 2))
        ),
        "The weights are gone.": d.square().sum(1).mean((1, 2)),
        "Now the vectors are not divided by their lengths.": (
            (w * (X - Y).square()).sum(1).mean((1, 2))
        ),
    }
    expected = distance_map(X, Y, W).mean((1, 2))
    same(layer_distance(X, Y, W), expected, "The layer's share", mistakes)


def check_power(layer_distance):
    """twice the weights, twice the distance"""
    ratio = layer_distance(X, Y, 2 * W) / layer_distance(X, Y, W)
    same(ratio, [2.0, 2.0, 2.0], "The distance at 2w over that at w")
    expect(
        (layer_distance(X, X, W).abs() < 1e-6).all(),
        "Equal maps no longer have distance 0.",
    )
