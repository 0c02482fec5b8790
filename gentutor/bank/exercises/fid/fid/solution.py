"""The function of the plain file."""

from gentutor.plain.fid import fid
