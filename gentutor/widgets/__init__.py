"""Explorables: interactives that work in a notebook and in a page with no Python behind it."""

from gentutor.widgets.beta_sweep import BetaSweep
from gentutor.widgets.codebook_lab import CodebookLab
from gentutor.widgets.drawn_digit import DrawnDigit
from gentutor.widgets.explorable import Explorable
from gentutor.widgets.latent_map import LatentMap
from gentutor.widgets.posterior_lab import PosteriorLab
from gentutor.widgets.question import Questions, ask, ask_all
from gentutor.widgets.spectrum_lab import SpectrumLab
from gentutor.widgets.vae_trainer import VAETrainer

__all__ = [
    "BetaSweep",
    "CodebookLab",
    "DrawnDigit",
    "Explorable",
    "LatentMap",
    "PosteriorLab",
    "Questions",
    "SpectrumLab",
    "VAETrainer",
    "ask",
    "ask_all",
]
