"""The function of the plain file."""

from gentutor.plain.inception_score import inception_score
