"""With the discriminator frozen for the time of the step, as many write it."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def generator_step(generator, discriminator, optimiser, z):
    discriminator.requires_grad_(False)
    optimiser.zero_grad()
    logits = discriminator(generator(z))
    loss = bce(logits, torch.ones_like(logits))
    loss.backward()
    optimiser.step()
    discriminator.requires_grad_(True)
    return float(loss)
