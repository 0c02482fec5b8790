"""Both batches in one pass, and the penalty written anew."""

import torch


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    optimiser.zero_grad()
    with torch.no_grad():
        fake = generator(z)
    scores = critic(torch.cat([x, fake]))
    real_score, fake_score = scores[: len(x)].mean(), scores[len(x) :].mean()
    between = torch.lerp(fake, x, eps).requires_grad_()
    slope = torch.autograd.grad(
        critic(between).sum(), between, create_graph=True
    )[0]
    penalty = torch.mean((slope.pow(2).sum(1).sqrt() - 1) ** 2)
    estimate = real_score - fake_score
    (gp_weight * penalty - estimate).backward()
    optimiser.step()
    return -float(estimate.detach())
