"""One number for the batch.

The judge says: "each image has its own PSNR"
"""

import torch


def psnr(x, y, data_range):
    mse = (x.double() - y.double()).square().mean()
    return 10 * torch.log10(data_range**2 / mse)
