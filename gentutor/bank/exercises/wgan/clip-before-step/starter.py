"""One step of a critic whose weights are clipped."""

import torch
from torch import nn


def critic_step(generator, critic, optimiser, x, z, c=0.01):
    fake = generator(z).detach()
    loss = critic(fake).mean() - critic(x).mean()
    optimiser.zero_grad()
    loss.backward()
    with torch.no_grad():
        for weight in critic.parameters():
            weight.clamp_(-c, c)
    optimiser.step()
    return loss.item()


def symptom():
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 2), nn.Linear(2, 1)
    optimiser = torch.optim.SGD(critic.parameters(), lr=0.1)
    for step in range(1, 4):
        critic_step(
            generator, critic, optimiser, torch.ones(8, 2), torch.zeros(8, 2)
        )
        largest = max(weight.abs().max() for weight in critic.parameters())
        print(f"step {step}: c = 0.01, the largest weight is {largest:.3f}")


if __name__ == "__main__":
    symptom()
