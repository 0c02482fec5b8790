"""The gradient of the mean score.

The judge says: "1/N of each slope"
"""

import torch


def gradient_penalty(critic, x, fake, eps):
    between = (eps * x + (1 - eps) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between).mean(), between, create_graph=True
    )
    return (slope.norm(dim=1) - 1).square().mean()
