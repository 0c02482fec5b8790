"""SSIM with a uniform window of 7 x 7, of images in [0, 1]."""

import torch
from torch.nn.functional import avg_pool2d


def ssim(x, y):
    top = y.max() - y.min()
    c1, c2 = (0.01 * top) ** 2, (0.03 * top) ** 2
    pairs = x, y, x * x, y * y, x * y
    mx, my, xx, yy, xy = (avg_pool2d(each, 7, 1) for each in pairs)
    light = (2 * mx * my + c1) / (mx**2 + my**2 + c1)
    pattern = 2 * (xy - mx * my) + c2
    pattern = pattern / (xx - mx**2 + yy - my**2 + c2)
    return (light * pattern).mean((1, 2, 3))


def symptom():
    torch.manual_seed(0)
    y, x = 0.5 + 0.02 * torch.randn(2, 1, 1, 9, 9).double()
    bright = torch.cat([y, torch.rand(1, 1, 9, 9).double()])
    flat = torch.zeros(1, 1, 9, 9).double()
    print(f"alone      {ssim(x, y)[0]:.3f}")
    print(f"in company {ssim(torch.cat([x, x]), bright)[0]:.3f}")
    print(f"flat       {ssim(flat, flat)[0]:.3f}")


if __name__ == "__main__":
    symptom()
