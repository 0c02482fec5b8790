"""Fake is 1 and real is 0.

The judge says: "Real and fake have changed places"
"""

from torch.nn.functional import softplus


def discriminator_step(generator, discriminator, optimiser, x, z):
    fake = generator(z).detach()
    loss = (
        softplus(discriminator(x)).mean()
        + softplus(-discriminator(fake)).mean()
    )
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
