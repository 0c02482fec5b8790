"""Peak signal-to-noise ratio; gentutor.metrics.psnr is the fast one."""

import torch


def mean_squared_error(x, y):  # (N, C, H, W) twice -> (N,)
    difference = x.double() - y.double()  # convert first: bytes wrap around
    return difference.square().mean((1, 2, 3))


def psnr(x, y, data_range):  # decibels of each image, (N,)
    return 10 * torch.log10(data_range**2 / mean_squared_error(x, y))


def pooled_psnr(x, y, data_range):  # of the whole batch: mean error first
    mse = mean_squared_error(x, y).mean()
    return 10 * torch.log10(data_range**2 / mse)


def luma(x):  # BT.601, from R, G, B in [0, 1] to [16/255, 235/255]
    weight = torch.tensor([65.481, 128.553, 24.966], dtype=x.dtype)
    grey = (x * weight[:, None, None]).sum(1, keepdim=True)
    return (16 + grey) / 255


def without_border(x, width):  # what super-resolution papers leave out
    return x[..., width:-width, width:-width]
