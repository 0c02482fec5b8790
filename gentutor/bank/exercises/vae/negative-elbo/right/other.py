"""By torch's own distributions."""

import torch
from torch.distributions import Independent, Normal, kl_divergence


def negative_elbo(model, x, eps, beta=1.0):
    mu, logvar = model.encode(x)
    s = torch.exp(logvar / 2)
    q = Independent(Normal(mu, s), 1)
    prior = Independent(Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    sigma = (model.log_variance / 2).exp()
    decoded = Independent(Normal(model.decoder(mu + s * eps), sigma), 1)
    elbo = decoded.log_prob(x) - beta * kl_divergence(q, prior)
    return -torch.mean(elbo)
