"""The loss of a discriminator that gives logits."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def discriminator_loss(discriminator, x, fake):
    real = torch.sigmoid(discriminator(x))
    fake = torch.sigmoid(discriminator(fake))
    return binary_cross_entropy_with_logits(
        real, torch.ones_like(real)
    ) + binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))


def symptom():
    x, fake = torch.ones(4, 1), -torch.ones(4, 1)
    for scale in (0.0, 1.0, 4.0, 16.0, 64.0):
        loss = discriminator_loss(lambda x: x, scale * x, scale * fake)
        print(f"logits {scale:4.0f} and {-scale:4.0f}: loss {loss:.3f}")


if __name__ == "__main__":
    symptom()
