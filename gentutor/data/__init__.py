"""The data that the book trains on: small real images, and densities in the plane."""

from gentutor.data.images import Digits, Patches, digits, patches
from gentutor.data.photographs import Crops, crops, photograph
from gentutor.data.planar import Curves, Mixture, grid, ring, spirals, swiss_roll, two_moons

__all__ = [
    "Crops",
    "Curves",
    "Digits",
    "Mixture",
    "Patches",
    "crops",
    "digits",
    "grid",
    "patches",
    "photograph",
    "ring",
    "spirals",
    "swiss_roll",
    "two_moons",
]
