"""Share of the real features that generated ones reach."""

import torch


def recall(real, fake, k=3):  # (N, D), (M, D) -> a number from 0 to 1
    raise NotImplementedError
