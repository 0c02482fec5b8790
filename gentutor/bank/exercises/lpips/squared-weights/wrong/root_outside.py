"""The root of the weights, but outside the square.

The judge says: "The root of the weights stands outside"
"""


def layer_distance(x, y, weights):
    unit = [m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (x, y)]
    squared = (unit[0] - unit[1]).square()
    return (weights.sqrt()[:, None, None] * squared).sum(1).mean((1, 2))
