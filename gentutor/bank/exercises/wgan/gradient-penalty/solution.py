"""The function of the plain file."""

from gentutor.plain.wgan import gradient_penalty
