"""Only the breadth is scored.

The judge says: "the entropy of the mean row alone"
"""

import torch


def inception_score(logits):
    p = logits.double().softmax(1)
    return torch.special.entr(p.mean(0)).sum().exp()
