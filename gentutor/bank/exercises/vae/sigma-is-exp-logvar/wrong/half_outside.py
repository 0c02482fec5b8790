"""The ½ outside the exponential.

The judge says: "the ½ belongs into the exponent"
"""


def sample_and_kl(mu, logvar, eps):
    z = mu + 0.5 * logvar.exp() * eps
    return z, 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
