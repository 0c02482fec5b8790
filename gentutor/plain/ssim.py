"""SSIM and MS-SSIM; gentutor.metrics.ssim and ms_ssim are the fast ones."""

import torch
from torch.nn.functional import avg_pool2d, conv2d


def gaussian_taps(size=11, sigma=1.5):
    offset = torch.arange(size, dtype=torch.float64) - size // 2
    weight = torch.exp(-(offset**2) / (2 * sigma**2))
    return weight / weight.sum()


def window_mean(x, taps):  # at every place where the window fits
    planes = x.flatten(0, 1)[:, None]  # each channel by itself
    planes = conv2d(planes, taps.view(1, 1, -1, 1))  # down,
    planes = conv2d(planes, taps.view(1, 1, 1, -1))  # then across
    return planes.view(*x.shape[:2], *planes.shape[-2:])


def moments(x, y, taps):  # two means, two variances, one covariance
    mu_x, mu_y = window_mean(x, taps), window_mean(y, taps)
    var_x = window_mean(x * x, taps) - mu_x**2
    var_y = window_mean(y * y, taps) - mu_y**2
    return mu_x, mu_y, var_x, var_y, window_mean(x * y, taps) - mu_x * mu_y


def ssim_factors(x, y, data_range, taps=None, k1=0.01, k2=0.03):
    taps = gaussian_taps() if taps is None else taps
    mu_x, mu_y, var_x, var_y, cov = moments(x.double(), y.double(), taps)
    c1, c2 = (k1 * data_range) ** 2, (k2 * data_range) ** 2
    luminance = (2 * mu_x * mu_y + c1) / (mu_x**2 + mu_y**2 + c1)
    pattern = (2 * cov + c2) / (var_x + var_y + c2)  # contrast x structure
    return luminance, pattern


def ssim(x, y, data_range, **window):  # (N, C, H, W) twice -> (N,)
    luminance, pattern = ssim_factors(x, y, data_range, **window)
    return (luminance * pattern).mean((1, 2, 3))


def ms_ssim(x, y, data_range):  # the same at five sizes of the image
    weights, product = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333), 1.0
    for scale, weight in enumerate(weights):  # finest first
        luminance, pattern = ssim_factors(x, y, data_range)
        last = scale == len(weights) - 1
        factor = luminance * pattern if last else pattern
        factor = factor.mean((-2, -1)).clamp(min=0)  # no power of a negative
        product = product * factor**weight
        x, y = avg_pool2d(x.double(), 2), avg_pool2d(y.double(), 2)
    return product.mean(1)
