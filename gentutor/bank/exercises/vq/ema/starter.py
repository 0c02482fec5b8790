"""One step of a codebook of running means."""

import torch


def ema_update(counts, sums, z_e, index, decay=0.99):
    # (K,), (K, D), (n, D), (n,) -> (K,), (K, D), (K, D)
    raise NotImplementedError
