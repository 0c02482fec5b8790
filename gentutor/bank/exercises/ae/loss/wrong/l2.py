"""The squared norm for the L1 norm.

The judge says: "That is the squared norm of the code"
"""

import torch


def loss(model, x, noise=0.0, sparsity=0.0):
    z = model.encoder(x + noise * torch.randn_like(x))
    error = ((x - model.decoder(z)) ** 2).sum(-1)
    return (error + sparsity * (z**2).sum(-1)).mean()
