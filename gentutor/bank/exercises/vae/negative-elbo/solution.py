"""The function of the plain file."""

from gentutor.plain.vae import negative_elbo
