"""Mended, and averaged over the two halves.

The judge says: "The halves are averaged"
"""

from torch.nn.functional import softplus


def discriminator_loss(discriminator, x, fake):
    real, fake = discriminator(x), discriminator(fake)
    return 0.5 * (softplus(-real).mean() + softplus(fake).mean())
