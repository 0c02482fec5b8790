"""Autoencoder, with noise, a sparse or a contractive penalty if wanted."""

import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, data_dim=64, hidden=128, latent_dim=8):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(data_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, data_dim),
        )

    def forward(self, x):  # (N, 64) -> (N, 64)
        return self.decoder(self.encoder(x))


def squared_error(x, x_hat):  # sum over pixels, (N, 64) twice -> (N,)
    return ((x - x_hat) ** 2).sum(-1)


def loss(model, x, noise=0.0, sparsity=0.0):
    x_tilde = x + noise * torch.randn_like(x)  # denoising: noisy input,
    z = model.encoder(x_tilde)
    error = squared_error(x, model.decoder(z))  # clean target
    return (error + sparsity * z.abs().sum(-1)).mean()


def contraction(model, x):  # squared norm of dz/dx, (N,)
    x = x.detach().requires_grad_()
    codes = model.encoder(x).sum(0)  # row n of a gradient: image n alone
    rows = [torch.autograd.grad(z, x, create_graph=True)[0] for z in codes]
    return sum((row**2).sum(-1) for row in rows)


def train(model, data, steps=1000, batch=128, lr=2e-3, **options):
    optimiser = torch.optim.Adam(model.parameters(), lr)
    for _ in range(steps):
        x = data[torch.randint(len(data), (batch,))]
        value = loss(model, x, **options)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    return model


@torch.no_grad()
def sample(model, data, n):  # a Gaussian fitted to the codes, then decoded
    codes = model.encoder(data)
    factor = torch.linalg.cholesky(codes.T.cov())
    noise = torch.randn(n, len(factor))
    return model.decoder(codes.mean(0) + noise @ factor.T)
