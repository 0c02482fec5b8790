"""Gradients add up from step to step.

The judge says: "Is zero_grad missing?"
"""

from torch.nn.functional import softplus


def discriminator_step(generator, discriminator, optimiser, x, z):
    fake = generator(z).detach()
    loss = (
        softplus(-discriminator(x)).mean()
        + softplus(discriminator(fake)).mean()
    )
    loss.backward()
    optimiser.step()
    return loss.item()
