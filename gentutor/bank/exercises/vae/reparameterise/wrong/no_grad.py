"""Sampled as if it could not be differentiated.

The judge says: "No gradient flows through the sample"
"""

import torch


def reparameterise(mu, logvar, eps):
    with torch.no_grad():
        return mu + (0.5 * logvar).exp() * eps
