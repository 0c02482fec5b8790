"""By index_add and bincount."""

import torch


def ema_update(counts, sums, z_e, index, decay=0.99):
    number = torch.bincount(index, minlength=len(counts)).to(z_e.dtype)
    added = torch.zeros_like(sums).index_add_(0, index, z_e)
    counts = torch.lerp(number, counts, decay)
    sums = torch.lerp(added, sums, decay)
    return counts, sums, sums / counts.unsqueeze(1)
