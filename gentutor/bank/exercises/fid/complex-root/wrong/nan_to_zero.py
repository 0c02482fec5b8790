"""What is not a number is set to 0, the whole sum with it.

The judge says: "The whole root is lost"
"""

import torch


def frechet_distance(mu1, cov1, mu2, cov2):
    values = torch.linalg.eigvals(cov1 @ cov2).real - 1e-13
    root = values.sqrt().sum().nan_to_num(0)
    shift = (mu1 - mu2).square().sum()
    return shift + cov1.trace() + cov2.trace() - 2 * root
