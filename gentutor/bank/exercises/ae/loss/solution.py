"""The function of the plain file."""

from gentutor.plain.autoencoder import loss
