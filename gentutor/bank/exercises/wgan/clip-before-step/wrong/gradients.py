"""The gradients are clipped.

The judge says: "The gradients are clipped"
"""

from torch import nn


def critic_step(generator, critic, optimiser, x, z, c=0.01):
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(critic.parameters(), c)
    optimiser.step()
    return loss.item()
