"""Averaged over the dimensions.

The judge says: "averaged over the dimensions"
"""


def kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).mean(-1)
