"""The squared norm of the encoder's Jacobian."""

import torch


def contraction(model, x):  # (N, D) -> (N,)
    raise NotImplementedError
