"""Bounds of log p(x) from samples of q (Burda et al., 2016)."""

import math


def standard_normal(z):  # log N(z; 0, I), (..., K) -> (...)
    return -0.5 * (z**2 + math.log(2 * math.pi)).sum(-1)


def log_weights(log_joint, mu, logvar, eps):  # log p(x, z) - log q(z | x)
    s = (0.5 * logvar).exp()  # (N, K)
    z = mu + s * eps  # (S, N, K)
    log_q = standard_normal(eps) - s.log().sum(-1)
    return log_joint(z) - log_q  # (S, N)


def elbo(log_w):  # (S, N) -> (N,): average the logarithms
    return log_w.mean(0)


def importance_weighted_bound(log_w, k):  # (S, N) -> (N,), k divides S
    groups = log_w.unflatten(0, (-1, k))  # (S / k, k, N)
    log_means = groups.logsumexp(1) - math.log(k)  # of k weights
    return log_means.mean(0)


def gap(log_p, log_w, k=1):  # (N,); k = 1: KL(q(z | x) || p(z | x))
    return log_p - importance_weighted_bound(log_w, k)
