"""One number for the batch.

The judge says: "The distance of three pairs"
"""


def unit(m):
    return m / (m.norm(dim=1, keepdim=True) + 1e-10)


def lpips(maps_x, maps_y, weights):
    total = 0
    for x, y, w in zip(maps_x, maps_y, weights):
        squared = (unit(x) - unit(y)).square()
        total = total + (w[:, None, None] * squared).sum(1).mean()
    return total
