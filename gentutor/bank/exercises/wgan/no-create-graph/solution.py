"""A gradient penalty, and a critic that should have slope 1.1 under it."""

import torch
from torch import nn


def gradient_penalty(critic, x, fake, eps):
    between = (eps * x + (1 - eps) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between).sum(), between, create_graph=True
    )
    return (slope.norm(dim=1) - 1).square().mean()


def symptom():
    critic = nn.Linear(1, 1)
    nn.init.ones_(critic.weight)
    x, fake, eps = (
        torch.full((8, 1), 2.0),
        torch.zeros(8, 1),
        torch.rand(8, 1),
    )
    for step in range(61):
        penalty = gradient_penalty(critic, x, fake, eps)
        loss = critic(fake).mean() - critic(x).mean() + 10 * penalty
        if step % 20 == 0:
            slope = critic.weight.item()
            print(f"step {step:2}: slope {slope:.2f}, penalty {penalty:.2f}")
        (gradient,) = torch.autograd.grad(loss, critic.weight)
        critic.weight.data -= 0.02 * gradient


if __name__ == "__main__":
    symptom()
