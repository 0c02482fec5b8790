"""The decay is on the batch.

The judge says: "have changed places"
"""

import torch


def ema_update(counts, sums, z_e, index, decay=0.99):
    one_hot = torch.eye(len(counts))[index]
    counts = (1 - decay) * counts + decay * one_hot.sum(0)
    sums = (1 - decay) * sums + decay * one_hot.T @ z_e
    return counts, sums, sums / counts[:, None]
