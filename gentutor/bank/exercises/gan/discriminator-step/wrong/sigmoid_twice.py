"""A sigmoid before a loss that has one inside.

The judge says: "A sigmoid is taken twice"
"""

from torch.nn.functional import softplus


def discriminator_step(generator, discriminator, optimiser, x, z):
    fake = generator(z).detach()
    real, fake = discriminator(x).sigmoid(), discriminator(fake).sigmoid()
    loss = softplus(-real).mean() + softplus(fake).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
