"""VQ-VAE: codes from a codebook (van den Oord et al., 2017)."""

import torch
from torch import nn


class VQVAE(nn.Module):
    def __init__(self, codes=128, dim=8, places=4, hidden=128, data_dim=64):
        super().__init__()
        self.codebook = nn.Parameter(torch.randn(codes, dim))
        self.encoder = nn.Sequential(
            nn.Linear(data_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, places * dim),
            nn.Unflatten(-1, (places, dim)),
        )
        self.decoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(places * dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, data_dim),
        )

    def forward(self, x):  # (N, 64) -> (N, 64) and two of (N, 4, 8)
        z_e = self.encoder(x)
        z_q = self.codebook[nearest(z_e, self.codebook)]
        return self.decoder(straight_through(z_e, z_q)), z_e, z_q


def nearest(z_e, codebook):  # (N, 4, 8), (K, 8) -> (N, 4), from 0 to K - 1
    return torch.cdist(z_e, codebook).argmin(-1)


def straight_through(z_e, z_q):  # forward z_q, backward to z_e
    return z_e + (z_q - z_e).detach()


def squared_error(a, b):  # summed over an example, (N, ...) -> (N,)
    return ((a - b) ** 2).flatten(1).sum(-1)


def loss(model, x, beta=0.25):
    x_hat, z_e, z_q = model(x)
    reconstruction = squared_error(x, x_hat)
    codebook = squared_error(z_e.detach(), z_q)  # moves the entries
    commitment = squared_error(z_e, z_q.detach())  # moves the encoder
    return (reconstruction + codebook + beta * commitment).mean()


def train(model, data, steps=1000, batch=128, lr=2e-3, beta=0.25):
    optimiser = torch.optim.Adam(model.parameters(), lr)
    for _ in range(steps):
        x = data[torch.randint(len(data), (batch,))]
        value = loss(model, x, beta)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    return model


def ema_update(counts, sums, z_e, index, decay=0.99):  # (K,), (K, 8)
    one_hot = torch.eye(len(counts))[index]  # (n, K) for z_e (n, 8)
    counts = decay * counts + (1 - decay) * one_hot.sum(0)
    sums = decay * sums + (1 - decay) * one_hot.T @ z_e
    return counts, sums, sums / counts[:, None]  # the new codebook


def perplexity(index, codes):  # exp of the entropy of their usage
    share = torch.bincount(index.flatten(), minlength=codes) / index.numel()
    return (-torch.xlogy(share, share).sum()).exp()
