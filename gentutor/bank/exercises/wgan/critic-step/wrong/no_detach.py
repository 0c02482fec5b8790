"""The fakes lead back to the generator.

The judge says: "Is the fake detached?"
"""

from gentutor.plain.wgan import gradient_penalty


def critic_step(generator, critic, optimiser, x, z, eps, gp_weight=10.0):
    fake = generator(z)
    loss = critic(fake).mean() - critic(x).mean()
    total = loss + gp_weight * gradient_penalty(critic, x, fake, eps)
    optimiser.zero_grad()
    total.backward()
    optimiser.step()
    return loss.item()
