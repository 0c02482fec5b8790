"""The places are changed: clean input, noisy target.

The judge says: "rewards copying the noise"
"""

import torch


def loss(model, x, noise):
    x_tilde = x + noise * torch.randn_like(x)
    return ((x_tilde - model(x)) ** 2).sum(-1).mean()
