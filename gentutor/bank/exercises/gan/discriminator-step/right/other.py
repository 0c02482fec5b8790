"""By binary cross-entropy on logits, with no_grad for the fakes."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce


def discriminator_step(generator, discriminator, optimiser, x, z):
    optimiser.zero_grad()
    with torch.no_grad():
        fake = generator(z)
    real_logit, fake_logit = discriminator(x), discriminator(fake)
    loss = bce(real_logit, torch.ones_like(real_logit))
    loss = loss + bce(fake_logit, torch.zeros_like(fake_logit))
    loss.backward()
    optimiser.step()
    return loss.detach()
