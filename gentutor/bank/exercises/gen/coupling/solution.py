"""The function of the plain file."""

from gentutor.plain.flow import coupling
