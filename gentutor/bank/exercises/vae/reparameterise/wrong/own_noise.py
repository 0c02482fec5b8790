"""Noise of its own.

The judge says: "Is noise drawn inside?"
"""

import torch


def reparameterise(mu, logvar, eps):
    return mu + (0.5 * logvar).exp() * torch.randn_like(mu)
