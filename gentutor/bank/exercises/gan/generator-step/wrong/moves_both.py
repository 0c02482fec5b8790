"""The discriminator is moved as well, to please the generator.

The judge says: "The move of the discriminator's weights"
"""

import torch
from torch.nn.functional import softplus


def generator_step(generator, discriminator, optimiser, z):
    loss = softplus(-discriminator(generator(z))).mean()
    optimiser.zero_grad()
    discriminator.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        for weight in discriminator.parameters():
            weight -= 0.1 * weight.grad
    return loss.item()
