"""One neighbour too far.

The judge says: "one too far"
"""

import torch


def precision(real, fake, k=3):
    radii = torch.cdist(real, real).kthvalue(k + 2).values
    return (torch.cdist(fake, real) <= radii).any(1).double().mean()
