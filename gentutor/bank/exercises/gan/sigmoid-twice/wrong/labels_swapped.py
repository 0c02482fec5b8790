"""Mended, with the labels turned.

The judge says: "Real and fake have changed places"
"""

from torch.nn.functional import softplus


def discriminator_loss(discriminator, x, fake):
    return (
        softplus(discriminator(x)).mean()
        + softplus(-discriminator(fake)).mean()
    )
