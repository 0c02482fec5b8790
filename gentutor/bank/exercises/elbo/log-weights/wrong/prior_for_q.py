"""The prior is divided out in place of q.

The judge says: "The prior is subtracted in place of q"
"""

import math


def log_weights(log_joint, mu, logvar, eps):
    z = mu + (0.5 * logvar).exp() * eps
    return log_joint(z) + 0.5 * (z**2 + math.log(2 * math.pi)).sum(-1)
