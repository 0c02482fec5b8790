"""A discriminator's loss on the critic's scores.

The judge says: "a critic has no logarithm"
"""

from torch.nn.functional import softplus

from gentutor.plain.wgan import gradient_penalty


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    fake = generator(z).detach()
    loss = softplus(-critic(x)).mean() + softplus(critic(fake)).mean()
    total = loss + gp_weight * gradient_penalty(critic, x, fake, eps)
    optimiser.zero_grad()
    total.backward()
    optimiser.step()
    return loss.item()
