"""A sign is turned.

The judge says: "is a sign turned"
"""

import torch


def reconstruct(logits):
    return torch.tanh(-logits)
