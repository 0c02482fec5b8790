"""A perceptual distance of images in [0, 1]."""

import torch
from torch import nn


def distance(maps_x, maps_y):
    total = 0
    for a, b in zip(maps_x, maps_y):
        a, b = (m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (a, b))
        total = total + (a - b).square().sum(1).mean((1, 2))
    return total


def perceptual(network, x, y):
    return distance(network(x), network(y))


def symptom():
    torch.manual_seed(0)
    first = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
    second = nn.Sequential(nn.Conv2d(8, 16, 3, 2), nn.ReLU())

    def network(images):
        found = first(images)
        return [found, second(found)]

    x = torch.rand(1, 3, 16, 16)
    for amount in (0.02, 0.1, 0.5):
        y = (x + amount * torch.randn_like(x)).clamp(0, 1)
        saw = perceptual(network, x, y).item()
        other = distance(network(2 * x - 1), network(2 * y - 1)).item()
        print(f"noise {amount:4}: {saw:.4f}, the colleague has {other:.4f}")


if __name__ == "__main__":
    symptom()
