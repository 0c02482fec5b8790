"""By a fused product, with the root taken of the variance."""

import torch


def reparameterise(mu, logvar, eps):
    return torch.addcmul(mu, torch.sqrt(torch.exp(logvar)), eps)
