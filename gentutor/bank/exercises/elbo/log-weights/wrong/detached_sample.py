"""The sample is detached, so the decoder's word never reaches the encoder.

The judge says: "is it detached?"
"""

import torch
from torch.distributions import Normal


def log_weights(log_joint, mu, logvar, eps):
    q = Normal(mu, torch.exp(0.5 * logvar))
    z = mu + q.scale * eps
    return log_joint(z.detach()) - q.log_prob(z).sum(-1)
