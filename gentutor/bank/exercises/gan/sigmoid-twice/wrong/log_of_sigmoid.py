"""The logarithm of a sigmoid by hand.

The judge says: "log of a sigmoid of 0"
"""


def discriminator_loss(discriminator, x, fake):
    real, fake = discriminator(x).sigmoid(), discriminator(fake).sigmoid()
    return -real.log().mean() - (1 - fake).log().mean()
