"""The sets are exchanged.

The judge says: "That is precision"
"""

import torch


def recall(real, fake, k=3):
    radii = torch.cdist(real, real).kthvalue(k + 1).values
    return (torch.cdist(fake, real) <= radii).any(1).double().mean()
