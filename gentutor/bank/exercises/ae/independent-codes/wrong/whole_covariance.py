"""The covariance for its factor.

The judge says: "multiplied by the covariance"
"""

import torch


def sample(decoder, codes, n):
    noise = torch.randn(n, codes.shape[1])
    return decoder(codes.mean(0) + noise @ codes.T.cov())
