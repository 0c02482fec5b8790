"""All errors are pooled.

The judge says: "the PSNR of the mean error"
"""

import torch


def mean_psnr(batches, data_range):
    mse = torch.cat([(x - y).square().flatten() for x, y in batches]).mean()
    return (10 * torch.log10(data_range**2 / mse)).item()
