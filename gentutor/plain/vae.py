"""Variational autoencoder (Kingma and Welling, 2014)."""

import math

import torch
from torch import nn


class VAE(nn.Module):
    def __init__(self, data_dim=64, hidden=128, latent_dim=8):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(data_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, 2 * latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, data_dim),
        )
        self.log_variance = nn.Parameter(torch.tensor(-3.0))  # of x given z

    def encode(self, x):  # (N, 64) -> two of (N, 8)
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        return mu, logvar


def reparameterise(mu, logvar, eps):
    return mu + (0.5 * logvar).exp() * eps  # s = exp(logvar / 2)


def gaussian_nll(x, mean, log_variance):  # -log p(x | z), (N,)
    squares = (x - mean) ** 2 / log_variance.exp()
    return 0.5 * (squares + log_variance + math.log(2 * math.pi)).sum(-1)


def kl_to_prior(mu, logvar):  # KL(q(z | x) || N(0, I)), (N,)
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)


def negative_elbo(model, x, eps, beta=1.0):
    mu, logvar = model.encode(x)
    z = reparameterise(mu, logvar, eps)
    nll = gaussian_nll(x, model.decoder(z), model.log_variance)
    return (nll + beta * kl_to_prior(mu, logvar)).mean()


def train_step(model, optimiser, x, beta=1.0):
    eps = torch.randn(len(x), model.decoder[0].in_features)
    loss = negative_elbo(model, x, eps, beta)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def train(model, data, steps=1000, batch=128, lr=2e-3, beta=1.0):
    optimiser = torch.optim.Adam(model.parameters(), lr)
    for _ in range(steps):
        x = data[torch.randint(len(data), (batch,))]
        train_step(model, optimiser, x, beta)
    return model


@torch.no_grad()
def sample(model, n):  # what is shown: the mean of p(x | z)
    return model.decoder(torch.randn(n, model.decoder[0].in_features))
