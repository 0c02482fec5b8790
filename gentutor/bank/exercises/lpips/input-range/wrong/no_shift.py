"""Doubles, and forgets to subtract.

The judge says: "as 0 and 2;"
"""


def distance(maps_x, maps_y):
    total = 0
    for a, b in zip(maps_x, maps_y):
        a, b = (m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (a, b))
        total = total + (a - b).square().sum(1).mean((1, 2))
    return total


def perceptual(network, x, y):
    return distance(network(2 * x), network(2 * y))
