"""The determinant in the place of its logarithm.

The judge says: "Added is the determinant"
"""

import math


def log_prob(to_noise, x):
    z, log_det = to_noise(x)
    return -0.5 * (z**2 + math.log(2 * math.pi)).sum(-1) + log_det.exp()
