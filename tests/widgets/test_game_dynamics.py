"""The game in Node against the package's theory; and what the widget refuses."""

import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor.theory.games import METHODS, spectral_radius, trajectory, update_matrix
from gentutor.widgets import GameDynamics
from gentutor.widgets import game_dynamics as module

FILE = "game_dynamics_parts.js"
CASES = [
    {"method": method, "step_size": eta, "damping": damping, "start": [0.7, -1.3], "steps": 60}
    for method in METHODS
    for eta in (0.01, 0.1, 0.5, 1.0, 2.0, 2.5)
    for damping in (0.0, 0.35, 1.0, 2.0)
]


def test_it_has_the_theorys_methods(pure):
    assert module.METHODS == METHODS
    radii = pure(FILE, *[["outlook", [[[0.6, 0.8], [0.6, -0.8]]]]])
    assert radii[0]["way"] == "round"


def test_ways_are_the_theorys(pure):
    found = pure(FILE, *[["walk", [case]] for case in CASES])
    for case, places in zip(CASES, found, strict=True):
        start = torch.tensor(case["start"], dtype=torch.float64)
        rest = {"steps": case["steps"], "damping": case["damping"]}
        expected = trajectory(case["method"], case["step_size"], start, **rest).numpy()
        np.testing.assert_allclose(
            np.array(places, float), expected, rtol=1e-9, atol=1e-9, err_msg=str(case)
        )


def test_eigenvalues_are_those_of_the_steps_matrix(pure):
    found = pure(FILE, *[["eigenvalues", [case]] for case in CASES])
    outlooks = pure(FILE, *[["outlook", [values]] for values in found])
    for case, values, outlook in zip(CASES, found, outlooks, strict=True):
        matrix = update_matrix(case["method"], case["step_size"], damping=case["damping"])
        expected = torch.linalg.eigvals(matrix).numpy()
        mine = np.array([complex(*each) for each in values])
        assert len(mine) == len(expected)
        # As sets, by the polynomial that has them as roots: a double root alone is known to 1e-8.
        np.testing.assert_allclose(np.poly(mine), np.poly(expected), atol=1e-9, err_msg=str(case))
        radius = float(spectral_radius(matrix))
        assert outlook["radius"] == pytest.approx(radius, rel=1e-7), case
        if abs(radius - 1) > 1e-6:
            assert outlook["way"] == ("in" if radius < 1 else "out")


def test_on_the_unit_circle_players_go_round_or_drift(pure):
    def way(**case):
        values = pure(FILE, ["eigenvalues", [case]])[0]
        return pure(FILE, ["outlook", [values]])[0]["way"]

    assert way(method="alternating", step_size=1.9, damping=0) == "round"
    assert way(method="alternating", step_size=2, damping=0) == "drift"
    assert way(method="simultaneous", step_size=0.4, damping=0.4) == "round"


def game(**changes) -> GameDynamics:
    """Return a game with these arguments."""
    return GameDynamics(picture=Figure(), caption="A game.", alt="A spiral.", **changes)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"method": "adam"},
            ValueError,
            "method: expected one of simultaneous, alternating",
        ),
        ({"step_size": 0}, ValueError, "step_size: expected a number from 0.01 to 2.5, got 0"),
        ({"step_size": "1"}, TypeError, "step_size: expected a number, got '1'"),
        ({"damping": -0.1}, ValueError, "damping: expected a number from 0 to 2, got -0.1"),
        ({"damping": float("nan")}, ValueError, "damping: expected a number from 0 to 2, got nan"),
        ({"steps": 301}, ValueError, "steps: expected a number from 1 to 300, got 301"),
        ({"steps": 2.5}, ValueError, "steps: expected a whole number, got 2.5"),
        ({"start": [1]}, ValueError, "start: expected two numbers, got 1"),
        ({"start": 1.0}, TypeError, "start: expected two numbers, got 1.0"),
        ({"start": [1, 2.1]}, ValueError, "start: expected a number from -2 to 2, got 2.1"),
        ({"caption": ""}, ValueError, "caption: expected some text"),
    ],
)
def test_it_refuses(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        GameDynamics(**{"picture": Figure(), "caption": "A.", "alt": "B."} | changes)


def test_settings_are_traits_that_stay_in_range():
    one = game(start=(0.5, -0.5), method="optimistic")
    assert one.start == [0.5, -0.5]
    seen = []
    one.observe(lambda change: seen.append(change["new"]), "damping")
    one.damping = 1
    assert seen == [1.0]
    for name, bad in {"start": [3, 0], "steps": 0, "method": "?"}.items():
        with pytest.raises(ValueError, match=f"{name}: expected"):
            setattr(one, name, bad)
    assert (one.start, one.steps, one.method) == ([0.5, -0.5], 100, "optimistic")
