"""Models, objectives, metrics and figures behind the gentutor study guide.

Importing ``gentutor`` loads nothing heavy and changes no global setting: import the part you
need, for example ``from gentutor.models.vae import VAE``.
"""

__version__ = "0.1.0"
