"""The penalty on the critic's slope between real and generated points."""

import torch


def gradient_penalty(critic, x, fake, eps):  # (N, D) twice, (N, 1) -> ()
    raise NotImplementedError
