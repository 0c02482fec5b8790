"""One round of a GAN: the discriminator's step, then the generator's."""

import torch
from torch import nn
from torch.nn.functional import softplus


def train_round(generator, discriminator, optimiser_g, optimiser_d, x, z):
    optimiser_g.zero_grad()
    optimiser_d.zero_grad()
    fake = generator(z)

    loss_d = softplus(-discriminator(x)) + softplus(discriminator(fake))
    loss_d.mean().backward(retain_graph=True)
    optimiser_d.step()

    loss_g = softplus(-discriminator(fake))
    loss_g.mean().backward()
    optimiser_g.step()


def symptom():
    generator, discriminator = nn.Linear(2, 2), nn.Linear(2, 1)
    for bias in (-8.0, 0.0, 8.0):
        nn.init.zeros_(generator.weight)
        nn.init.zeros_(generator.bias)
        nn.init.constant_(discriminator.weight, 0.01)
        nn.init.constant_(discriminator.bias, bias)
        sgd_g = torch.optim.SGD(generator.parameters(), lr=1.0)
        sgd_d = torch.optim.SGD(discriminator.parameters(), lr=0.0)
        x = z = torch.ones(4, 2)
        train_round(generator, discriminator, sgd_g, sgd_d, x, z)
        sure = torch.tensor(bias).sigmoid()
        print(f"D(G(z)) = {sure:.4f}: G moves by {generator.bias[0]:7.4f}")


if __name__ == "__main__":
    symptom()
