"""Normalising flow of affine couplings, RealNVP (Dinh et al., 2017)."""

import math

import torch
from torch import nn


def network(dim, hidden):  # any will do: it is never inverted
    n_in, n_out = dim // 2, 2 * (dim - dim // 2)
    return nn.Sequential(
        nn.Linear(n_in, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, n_out),
    )


def coupling(net, v, back=False):  # to the data; back: to the noise
    half = v.shape[-1] // 2
    stays, moves = v[:, :half], v[:, half:]
    s, t = net(stays).chunk(2, dim=-1)  # how to stretch and shift
    s = 2 * torch.tanh(s / 2)  # within -2 and 2
    moves = (moves - t) * (-s).exp() if back else moves * s.exp() + t
    return torch.cat([stays, moves], dim=-1), s.sum(-1)


class Flow(nn.ModuleList):
    def __init__(self, dim=2, layers=6, hidden=64):
        super().__init__(network(dim, hidden) for _ in range(layers))

    def forward(self, z):  # x = G(z), and log |det dG/dz|, (N,)
        log_det = 0.0
        for net in self:
            z, s = coupling(net, z)
            z, log_det = z.flip(-1), log_det + s  # a flip has |det| = 1
        return z, log_det

    def inverse(self, x):  # z, and log |det dG/dz| there
        log_det = 0.0
        for net in reversed(self):
            x, s = coupling(net, x.flip(-1), back=True)
            log_det = log_det + s
        return x, log_det


def log_prob(flow, x):  # log N(z; 0, I) - log |det dG/dz|, (N,)
    z, log_det = flow.inverse(x)
    return -0.5 * (z**2 + math.log(2 * math.pi)).sum(-1) - log_det


def train(flow, data, steps=1200, batch=256, lr=2e-3):
    optimiser = torch.optim.Adam(flow.parameters(), lr)
    decay = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    for _ in range(steps):
        x = data[torch.randint(len(data), (batch,))]
        loss = -log_prob(flow, x).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        decay.step()
    return flow


@torch.no_grad()
def sample(flow, n, dim=2):
    return flow(torch.randn(n, dim))[0]
