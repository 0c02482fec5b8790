"""Scales the reference alone.

The judge says: "One image reaches the network in [-1, 1]"
"""


def distance(maps_x, maps_y):
    total = 0
    for a, b in zip(maps_x, maps_y):
        a, b = (m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (a, b))
        total = total + (a - b).square().sum(1).mean((1, 2))
    return total


def perceptual(network, x, y):
    return distance(network(2 * x - 1), network(y))
