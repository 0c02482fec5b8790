"""The loss of a VAE with a Gaussian decoder of variance 1."""

import torch


def loss(x, mean, mu, logvar):
    nll = 0.5 * (x - mean).square().sum(-1)  # variance 1, constant dropped
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return (nll + kl).mean()


def symptom():
    x = torch.zeros(8, 16)
    for k in (1, 8, 64):
        price = loss(x, x, torch.ones(8, k), torch.zeros(8, k))
        print(f"{k:2} dimensions shifted by 1 cost {price:.1f} nats")


if __name__ == "__main__":
    symptom()
