"""The pixels are summed and the ½ is forgotten.

The judge says: "a Gaussian of variance ½"
"""


def loss(x, mean, mu, logvar):
    reconstruction = (x - mean).square().sum(-1)
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return (reconstruction + kl).mean()
