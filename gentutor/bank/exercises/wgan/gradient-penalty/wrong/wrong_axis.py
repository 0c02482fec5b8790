"""The norm over the batch axis.

The judge says: "The norm is taken over the batch axis"
"""

import torch


def gradient_penalty(critic, x, fake, eps):
    between = (eps * x + (1 - eps) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between).sum(), between, create_graph=True
    )
    return (slope.norm(dim=0) - 1).square().mean()
