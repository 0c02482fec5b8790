"""A small number in the logarithm, against a logarithm of zero that cannot come.

The judge says: "caps the price of a point"
"""


def kl(mu, logvar):
    v = logvar.exp()
    return 0.5 * (mu**2 + v - (v + 1e-8).log() - 1).sum(-1)
