"""By subtracting the largest by hand, group after group."""

import torch


def importance_weighted_bound(log_w, k):
    bounds = []
    for group in log_w.split(k):
        top = group.max(dim=0).values
        bounds.append(top + (group - top).exp().mean(dim=0).log())
    return torch.stack(bounds).mean(dim=0)
