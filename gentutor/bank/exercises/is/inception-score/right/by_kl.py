"""As the definition reads, in logarithms."""

import math

import torch


def inception_score(logits):
    log_p = torch.log_softmax(logits.double(), dim=1)
    log_mean = torch.logsumexp(log_p, dim=0) - math.log(log_p.shape[0])
    divergences = torch.sum(torch.exp(log_p) * (log_p - log_mean), dim=1)
    return torch.exp(divergences.mean())
