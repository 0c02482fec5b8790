"""The data that the book trains on: small real images, and densities in the plane."""

from gentutor.data.images import Digits, Patches, digits, patches
from gentutor.data.planar import Curves, Mixture, grid, ring, spirals, swiss_roll, two_moons

__all__ = [
    "Curves",
    "Digits",
    "Mixture",
    "Patches",
    "digits",
    "grid",
    "patches",
    "ring",
    "spirals",
    "swiss_roll",
    "two_moons",
]
