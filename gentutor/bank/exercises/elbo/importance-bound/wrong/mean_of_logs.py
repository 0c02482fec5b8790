"""The logarithms are averaged: the ELBO whatever k is.

The judge says: "The logarithms are averaged"
"""


def importance_weighted_bound(log_w, k):
    return log_w.unflatten(0, (-1, k)).mean(1).mean(0)
