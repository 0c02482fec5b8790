"""Maximises what is to be minimised.

The judge says: "The sign is turned"
"""

from gentutor.plain.wgan import gradient_penalty


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    fake = generator(z).detach()
    loss = critic(x).mean() - critic(fake).mean()
    total = loss + gp_weight * gradient_penalty(critic, x, fake, eps)
    optimiser.zero_grad()
    total.backward()
    optimiser.step()
    return loss.item()
