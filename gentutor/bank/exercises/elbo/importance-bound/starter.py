"""The bound of k samples from S of them, group by group."""

import math

import torch


def importance_weighted_bound(log_w, k):  # (S, N) -> (N,), k divides S
    raise NotImplementedError
