"""One step of the critic of WGAN-GP."""

import torch


def gradient_penalty(critic, x, fake, eps):  # is given
    between = (eps * x + (1 - eps) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between).sum(), between, create_graph=True
    )
    return (slope.norm(dim=1) - 1).square().mean()


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    raise NotImplementedError
