"""Half the logarithm in place of its exponential.

The judge says: "s is an exponential of it"
"""


def sample_and_kl(mu, logvar, eps):
    z = mu + 0.5 * logvar * eps
    return z, 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
