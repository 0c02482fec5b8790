"""The ½ outside the exponential.

The judge says: "the ½ belongs into the exponent"
"""


def reparameterise(mu, logvar, eps):
    return mu + 0.5 * logvar.exp() * eps
