"""exp(logvar) is taken for s.

The judge says: "the variance already"
"""


def kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() ** 2 - logvar - 1).sum(-1)
