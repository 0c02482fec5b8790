"""A sigmoid, stretched and moved."""

import torch


def reconstruct(logits):
    return 2 * torch.sigmoid(logits) - 1
