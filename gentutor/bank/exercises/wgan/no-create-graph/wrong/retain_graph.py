"""retain_graph in place of create_graph.

The judge says: "Does the slope keep its graph?"
"""

import torch


def gradient_penalty(critic, x, fake, eps):
    between = (eps * x + (1 - eps) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between).sum(), between, retain_graph=True
    )
    return (slope.norm(dim=1) - 1).square().mean()
