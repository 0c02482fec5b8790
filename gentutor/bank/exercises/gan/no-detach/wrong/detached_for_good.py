"""The fakes are detached once, for both.

The judge says: "It does not move at all"
"""

from torch.nn.functional import softplus


def train_round(generator, discriminator, optimiser_g, optimiser_d, x, z):
    optimiser_g.zero_grad()
    optimiser_d.zero_grad()
    fake = generator(z).detach()
    loss_d = softplus(-discriminator(x)) + softplus(discriminator(fake))
    loss_d.mean().backward()
    optimiser_d.step()
    loss_g = softplus(-discriminator(fake))
    loss_g.mean().backward()
    optimiser_g.step()
