"""Samples of q and the KL of q to the prior."""

import torch


def sample_and_kl(mu, logvar, eps):
    z = mu + logvar.exp() * eps
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return z, kl


def symptom():
    eps = torch.randn(100_000, 1, generator=torch.Generator().manual_seed(0))
    for variance in (0.25, 1.0, 4.0):
        logvar = torch.full_like(eps, variance).log()
        z, _ = sample_and_kl(0 * eps, logvar, eps)
        print(f"variance {variance:4} asked for, {z.var():.2f} measured")


if __name__ == "__main__":
    symptom()
