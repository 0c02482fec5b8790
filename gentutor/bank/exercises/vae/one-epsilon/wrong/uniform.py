"""Uniform noise.

The judge says: "Is the noise standard normal?"
"""

import torch


def sample(mu, logvar):
    return mu + (0.5 * logvar).exp() * torch.rand_like(mu)
