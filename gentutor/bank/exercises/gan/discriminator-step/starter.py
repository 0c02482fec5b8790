"""One step of the discriminator."""

import torch
from torch import nn


def discriminator_step(generator, discriminator, optimiser, x, z):
    raise NotImplementedError
