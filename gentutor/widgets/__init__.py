"""Explorables: interactives that work in a notebook and in a page with no Python behind it."""

from gentutor.widgets.codebook_lab import CodebookLab
from gentutor.widgets.distance_lab import DistanceLab
from gentutor.widgets.distortion_lab import DistortionLab
from gentutor.widgets.drawn_digit import DrawnDigit
from gentutor.widgets.explorable import Explorable
from gentutor.widgets.fid_lab import FIDLab
from gentutor.widgets.game_dynamics import GameDynamics
from gentutor.widgets.latent_map import LatentMap
from gentutor.widgets.layer_lens import LayerLens
from gentutor.widgets.mode_dropping import ModeDropping
from gentutor.widgets.mode_lab import ModeCollapseLab
from gentutor.widgets.posterior_lab import PosteriorLab
from gentutor.widgets.push_forward import PushForward
from gentutor.widgets.question import Questions, ask, ask_all
from gentutor.widgets.range_and_dtype import RangeAndDtype
from gentutor.widgets.score_table import ScoreTable
from gentutor.widgets.sweep import Sweep
from gentutor.widgets.sweep_curves import Curves
from gentutor.widgets.sweep_panels import Bars, Images, Plane
from gentutor.widgets.vae_trainer import VAETrainer

__all__ = [
    "Bars",
    "CodebookLab",
    "Curves",
    "DistanceLab",
    "DistortionLab",
    "DrawnDigit",
    "Explorable",
    "FIDLab",
    "GameDynamics",
    "Images",
    "LatentMap",
    "LayerLens",
    "ModeCollapseLab",
    "ModeDropping",
    "Plane",
    "PosteriorLab",
    "PushForward",
    "Questions",
    "RangeAndDtype",
    "ScoreTable",
    "Sweep",
    "VAETrainer",
    "ask",
    "ask_all",
]
