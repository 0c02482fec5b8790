"""The function of the plain file."""

from gentutor.plain.lpips import lpips
