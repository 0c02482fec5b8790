"""The function of the plain file."""

from gentutor.plain.gan import discriminator_step
