"""The logarithm of the learnt variance is dropped as if it were a constant.

The judge says: "log σ² is missing"
"""

import math


def negative_elbo(model, x, eps, beta=1.0):
    mu, logvar = model.encode(x)
    mean = model.decoder(mu + (0.5 * logvar).exp() * eps)
    squares = (x - mean) ** 2 / model.log_variance.exp()
    nll = 0.5 * (squares + math.log(2 * math.pi)).sum(-1)
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return (nll + beta * kl).mean()
