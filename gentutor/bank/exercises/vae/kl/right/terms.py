"""Term by term."""

import torch


def kl(mu, logvar):
    trace = torch.exp(logvar).sum(dim=1)
    return -0.5 * (
        logvar.sum(dim=1) + mu.shape[1] - trace - (mu * mu).sum(dim=1)
    )
