"""Squares after the sum, a repair that was proposed in public.

The judge says: "opposite differences cancel"
"""


def layer_distance(x, y, weights):
    unit = [m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (x, y)]
    difference = unit[0] - unit[1]
    summed = (weights[:, None, None] * difference).sum(1)
    return summed.square().mean((1, 2))
