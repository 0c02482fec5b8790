"""By a function of autograd's own, without the sum."""

import torch


class Copy(torch.autograd.Function):
    """Forward the entry, backward the gradient as it comes."""

    @staticmethod
    def forward(ctx, z_e, z_q):
        return z_q.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def straight_through(z_e, z_q):
    return Copy.apply(z_e, z_q)
