"""clamp makes a new tensor that nobody keeps.

The judge says: "Is what clamp returns kept?"
"""


def critic_step(generator, critic, optimiser, x, z, c=0.01):
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    for weight in critic.parameters():
        weight.data.clamp(-c, c)
    return loss.item()
