"""The function of the plain file."""

from gentutor.plain.bounds import log_weights
