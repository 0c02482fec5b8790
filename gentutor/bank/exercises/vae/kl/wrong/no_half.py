"""The ½ is forgotten.

The judge says: "Is the ½ missing"
"""


def kl(mu, logvar):
    return (mu**2 + logvar.exp() - logvar - 1).sum(-1)
