"""The function of the plain file."""

from gentutor.plain.vae import kl_to_prior as kl
