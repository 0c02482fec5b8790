"""The trace of the root as the sum of singular values of a product of factors."""

import torch


def fid(real, fake):
    real, fake = real.double(), fake.double()
    mu_r, mu_g = real.mean(0), fake.mean(0)
    a = (real - mu_r) / (len(real) - 1) ** 0.5
    b = (fake - mu_g) / (len(fake) - 1) ** 0.5
    root = torch.linalg.svdvals(a @ b.T).sum()
    traces = (a**2).sum() + (b**2).sum()
    return ((mu_r - mu_g) ** 2).sum() + traces - 2 * root
