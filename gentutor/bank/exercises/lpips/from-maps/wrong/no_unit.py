"""Differences of raw activations.

The judge says: "not divided by their lengths"
"""


def lpips(maps_x, maps_y, weights):
    total = 0
    for x, y, w in zip(maps_x, maps_y, weights):
        squared = (x - y).square()
        total = total + (w[:, None, None] * squared).sum(1).mean((1, 2))
    return total
