"""The function of the plain file."""

from gentutor.plain.bounds import importance_weighted_bound
