"""The logarithm of a sigmoid.

The judge says: "its logarithm infinite"
"""


def discriminator_step(generator, discriminator, optimiser, x, z):
    fake = generator(z).detach()
    real, fake = discriminator(x).sigmoid(), discriminator(fake).sigmoid()
    loss = -real.log().mean() - (1 - fake).log().mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
