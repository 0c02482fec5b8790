"""The log density of a flow, and its mass on a grid."""

import math

import torch


def log_prob(to_noise, x):
    z, log_det = to_noise(x)  # the other: log |det dz/dx|
    log_noise = -0.5 * (z**2 + math.log(2 * math.pi)).sum(-1)
    return log_noise + log_det


def symptom():
    line = torch.linspace(-30, 30, 601)
    grid = torch.cartesian_prod(line, line)
    for wide in (1.0, 2.0, 4.0):

        def to_noise(x, wide=wide):
            return x / wide, torch.full(x.shape[:1], -2 * math.log(wide))

        mass = log_prob(to_noise, grid).exp().sum() * 0.1**2
        print(f"noise made {wide:.0f} times as wide: mass {mass:.2f}")


if __name__ == "__main__":
    symptom()
