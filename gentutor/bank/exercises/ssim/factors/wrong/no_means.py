"""Second moments in place of variances.

The judge says: "The means are not taken off"
"""

import torch
from torch.nn.functional import conv2d


def window_mean(x, taps):
    planes = x.flatten(0, 1)[:, None]
    planes = conv2d(planes, taps.view(1, 1, -1, 1))
    planes = conv2d(planes, taps.view(1, 1, 1, -1))
    return planes.view(*x.shape[:2], *planes.shape[-2:])


def ssim_factors(x, y, data_range, taps):
    mx, my = window_mean(x, taps), window_mean(y, taps)
    xx, yy, xy = (window_mean(p, taps) for p in (x * x, y * y, x * y))
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    light = (2 * mx * my + c1) / (mx**2 + my**2 + c1)
    return light, (2 * xy + c2) / (xx + yy + c2)
