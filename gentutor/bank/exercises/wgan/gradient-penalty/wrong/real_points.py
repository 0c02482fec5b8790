"""At real points only.

The judge says: "taken at the real points"
"""

import torch


def gradient_penalty(critic, x, fake, eps):
    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean()
