"""One norm for the batch.

The judge says: "One norm is taken over the whole batch"
"""

import torch


def gradient_penalty(critic, x, fake, eps):
    between = (eps * x + (1 - eps) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between).sum(), between, create_graph=True
    )
    return (slope.norm() - 1).square()
