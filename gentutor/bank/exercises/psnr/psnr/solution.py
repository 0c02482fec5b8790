"""The function of the plain file."""

from gentutor.plain.psnr import psnr
