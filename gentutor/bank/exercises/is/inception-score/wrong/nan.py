"""Logarithms of zeros.

The judge says: "0 times log 0 is 0"
"""

import torch


def inception_score(logits):
    p = logits.double().softmax(1)
    return (p * (p.log() - p.mean(0).log())).sum(1).mean().exp()
