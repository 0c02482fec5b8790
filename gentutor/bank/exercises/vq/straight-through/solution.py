"""The function of the plain file."""

from gentutor.plain.vqvae import straight_through
