"""s without a gradient.

The judge says: "is there a detach?"
"""


def reparameterise(mu, logvar, eps):
    return mu + (0.5 * logvar).exp().detach() * eps
