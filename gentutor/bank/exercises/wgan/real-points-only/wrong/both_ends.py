"""At real points and fakes.

The judge says: "nothing between them"
"""

import torch


def gradient_penalty(critic, x, fake, eps):
    ends = torch.cat([x, fake]).detach().requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(ends).sum(), ends, create_graph=True
    )
    return (slope.norm(dim=1) - 1).square().mean()
