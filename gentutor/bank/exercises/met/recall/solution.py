"""The function of the plain file."""

from gentutor.plain.precision_recall import recall

__all__ = ["recall"]
