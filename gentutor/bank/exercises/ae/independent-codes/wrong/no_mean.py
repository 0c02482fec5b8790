"""The mean is forgotten.

The judge says: "Is the codes' mean added?"
"""

import torch


def sample(decoder, codes, n):
    noise = torch.randn(n, codes.shape[1])
    factor = torch.linalg.cholesky(codes.T.cov())
    return decoder(noise @ factor.T)
