"""The second constant is not squared.

The judge says: "C₂ is the square of K₂ times MAX"
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
    vx, vy = (
        window_mean(x * x, taps) - mx**2,
        window_mean(y * y, taps) - my**2,
    )
    cov = window_mean(x * y, taps) - mx * my
    c1, c2 = (0.01 * data_range) ** 2, 0.03 * data_range
    light = (2 * mx * my + c1) / (mx**2 + my**2 + c1)
    return light, (2 * cov + c2) / (vx + vy + c2)
