"""The penalty is computed and not minimised.

The judge says: "The penalty does not act"
"""

from gentutor.plain.wgan import gradient_penalty


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    total = loss + gp_weight * gradient_penalty(critic, x, fake, eps).item()
    optimiser.zero_grad()
    total.backward()
    optimiser.step()
    return loss.item()
