"""The −1 is forgotten.

The judge says: "Is the −1 missing"
"""


def kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - logvar).sum(-1)
