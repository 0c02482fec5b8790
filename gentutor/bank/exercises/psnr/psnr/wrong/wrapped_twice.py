"""Bytes are subtracted and squared as they are.

The judge says: "Difference and square wrapped around"
"""

import torch


def psnr(x, y, data_range):
    mse = (x - y).square().double().mean((1, 2, 3))
    return 10 * torch.log10(data_range**2 / mse)
