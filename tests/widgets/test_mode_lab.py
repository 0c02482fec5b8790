"""What the mode-collapse lab takes, refuses and brings along."""

import re

import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure

from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.widgets import ModeCollapseLab
from gentutor.widgets.mode_lab import GAMES


def make(**changes) -> ModeCollapseLab:
    """Return a lab, with changes."""
    return ModeCollapseLab(**{"picture": Figure(), "caption": "A lab.", "alt": "A ring."} | changes)


def test_settings_are_traits_that_can_be_watched_and_set():
    lab = make(target="own", objective="wgan_gp", points=[(0, 1), (1, 0), (-1.5, 0)], lr_d=0.01)
    assert (lab.target, lab.objective, lab.lr_d, lab.lr_g) == ("own", "wgan_gp", 0.01, 1e-3)
    assert lab.points == [[0.0, 1.0], [1.0, 0.0], [-1.5, 0.0]]
    assert (lab.n_critic, lab.pack, lab.collapsed, lab.seeds) == (5, 1, True, 1)
    assert (lab.running, lab.step) == (False, 0)
    seen = []
    lab.observe(lambda change: seen.append(change["new"]), "n_critic")
    lab.n_critic = 1
    assert seen == [1]
    synced = set(ModeCollapseLab.class_trait_names(sync=True))
    assert synced >= {"target", "objective", "gp_weight", "clip", "seed", "running", "step"}


def test_it_plays_the_packages_objectives():
    assert set(GAMES) == set(OBJECTIVES)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"objective": "vegan"}, traitlets.TraitError, "vegan"),
        ({"target": "torus"}, traitlets.TraitError, "torus"),
        ({"pack": 3}, traitlets.TraitError, "3"),
        ({"seeds": 2}, traitlets.TraitError, "2"),
        ({"lr_d": 0}, ValueError, "lr_d: expected a positive number, got 0.0"),
        ({"lr_g": float("nan")}, ValueError, "lr_g: expected a positive number, got nan"),
        ({"gp_weight": -1}, ValueError, "gp_weight: expected a positive number, got -1.0"),
        ({"clip": float("inf")}, ValueError, "clip: expected a positive number, got inf"),
        ({"n_critic": 0}, ValueError, "n_critic: expected 1 to 10, got 0"),
        ({"seed": 10_000}, ValueError, "seed: expected 0 to 9999, got 10000"),
        ({"points": [(0, 4)]}, ValueError, "points: expected pairs of numbers in [-3, 3], got (0,"),
        ({"points": [0, 1]}, ValueError, "points: expected pairs of numbers in [-3, 3], got 0"),
        ({"points": [(0, 0)] * 33}, ValueError, "points: expected at most 32, got 33"),
        (
            {"running": True},
            TypeError,
            "ModeCollapseLab: expected keywords among picture, caption, alt, recorded, target",
        ),
        ({"alt": " "}, ValueError, "alt: expected some text"),
    ],
)
def test_it_refuses(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make(**changes)


DIAGRAM = {
    "objective": ["hinge"],
    "lr_ratio": [0.1, 1],
    "n_critic": [1],
    "verdict": np.ones((1, 2, 1, 10), int),
}


def test_a_diagram_travels_as_bytes():
    lab = make(recorded=DIAGRAM)
    assert lab.arrays["verdict"]["shape"] == [1, 2, 1, 10]
    assert lab.arrays["verdict"]["data"] == bytes([1] * 20)
    assert lab.recorded["lr_ratio"] == [0.1, 1]
    assert make(recorded="It is missing.").recorded == {"missing": "It is missing."}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objective": ["vegan"]}, "recorded: objective: expected one of minimax, "),
        ({"lr_ratio": [1]}, "recorded: expected 2 values of lr_ratio, got 1"),
        ({"verdict": np.ones((1, 2, 10))}, "verdict: expected shape (O, C, N, S), got (1, 2, 10)"),
        ({"verdict": np.full((1, 2, 1, 3), 5)}, "recorded: expected verdicts from 0 to 4, got 5"),
    ],
)
def test_a_diagram_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make(recorded=DIAGRAM | changes)
    with pytest.raises(ValueError, match="recorded: verdict is missing"):
        make(recorded={name: DIAGRAM[name] for name in DIAGRAM if name != "verdict"})


def test_the_code_weighs_at_most_100_kilobytes():
    lab = make()
    assert lab.arrays == {}
    assert len((lab._esm + lab._css).encode()) < 100_000
