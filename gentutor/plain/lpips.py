"""Learned perceptual image patch similarity (Zhang et al., 2018)."""

import torch


def unit(maps, eps=1e-10):  # (N, C, H, W): length 1 over the channels
    length = maps.square().sum(1, keepdim=True).sqrt()  # (N, 1, H, W)
    return maps / (length + eps)


def distance_map(maps_x, maps_y, weights):  # weights (C,) of one layer
    squared = (unit(maps_x) - unit(maps_y)).square()
    return (weights[:, None, None] * squared).sum(1)  # (N, H, W)


def lpips(maps_x, maps_y, weights):  # lists, one tensor a layer
    layers = zip(maps_x, maps_y, weights, strict=True)
    return sum(distance_map(*layer).mean((1, 2)) for layer in layers)  # (N,)


def diversity(maps, weights):  # mean distance over all pairs of N images
    i, j = torch.triu_indices(len(maps[0]), len(maps[0]), offset=1)
    return lpips([m[i] for m in maps], [m[j] for m in maps], weights).mean()


def attack(distance, x, radius, steps=20):  # a step up the slope, and back
    low, high = (x - radius).clamp(min=0), (x + radius).clamp(max=1)
    y = low + (high - low) * torch.rand_like(x)  # at x itself: no slope
    for _ in range(steps):
        y.requires_grad_()
        (slope,) = torch.autograd.grad(distance(y).sum(), y)
        y = (y.detach() + radius / 4 * slope.sign()).clamp(low, high)
    return y
