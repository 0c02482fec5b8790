"""Inception Score (Salimans et al., 2016)."""

import math

import torch


def entropy(p):  # nats, over the last axis; entr(0) = 0
    return torch.special.entr(p).sum(-1)


def inception_score(logits):  # (N, K) -> a number from 1 to K
    p = logits.double().softmax(1)  # p(y | x), one row an image
    marginal = p.mean(0)  # p(y): of all rows, not of one batch
    return (entropy(marginal) - entropy(p).mean()).exp()


def score_by_kl(logits):  # the same, as the definition reads
    log_p = logits.double().log_softmax(1)  # finite where p is 0
    log_marginal = log_p.logsumexp(0) - math.log(len(log_p))
    kl = (log_p.exp() * (log_p - log_marginal)).sum(1)  # from p(y)
    return kl.mean().exp()


def split_scores(logits, splits=10):  # mean and spread over parts
    shuffled = logits[torch.randperm(len(logits))]  # else sorted by class
    parts = shuffled.tensor_split(splits)  # no image is left out
    scores = torch.stack([inception_score(part) for part in parts])
    return scores.mean(), scores.std(correction=0)
