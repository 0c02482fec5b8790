"""The KL from the mean to the row.

The judge says: "the other way round"
"""

import torch


def inception_score(logits):
    log_p = logits.double().log_softmax(1)
    mean = log_p.exp().mean(0)
    return (mean * (mean.log() - log_p)).sum(1).mean().exp()
