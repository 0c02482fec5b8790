"""One step of the generator."""

import torch
from torch import nn


def generator_step(generator, discriminator, optimiser, z):
    raise NotImplementedError
