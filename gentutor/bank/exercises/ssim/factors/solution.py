"""The function of the plain file."""

from gentutor.plain.ssim import ssim_factors
