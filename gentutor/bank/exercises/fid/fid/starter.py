"""The Fréchet distance of two sets of features."""

import torch


def fid(real, fake):  # (N, d), (M, d) -> one number
    raise NotImplementedError
