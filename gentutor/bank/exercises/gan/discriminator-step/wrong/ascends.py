"""D maximises, so its author hands the optimiser the value to maximise.

The judge says: "The sign is turned"
"""

from torch.nn.functional import logsigmoid


def discriminator_step(generator, discriminator, optimiser, x, z):
    fake = generator(z).detach()
    value = (
        logsigmoid(discriminator(x)).mean()
        + logsigmoid(-discriminator(fake)).mean()
    )
    optimiser.zero_grad()
    value.backward()
    optimiser.step()
    return value.item()
