"""What the explorables refuse."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.widgets import LatentMap, PosteriorLab


def layers(*sizes):
    """Return layers of zeros with these (in, out) sizes."""
    return [(np.zeros((n_in, n_out)), np.zeros(n_out)) for n_in, n_out in sizes]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"codes": np.zeros((200, 3))}, "codes: expected shape (N, 2), got (200, 3)"),
        ({"labels": np.zeros(199)}, "labels: expected shape (N,) with N = 200, got (199,)"),
        ({"labels": np.full(200, -1)}, "labels: expected values in [0, 255], got"),
        ({"layers": []}, "layers: expected at least one (W, b), got none"),
        ({"layers": layers((3, 64))}, "W0: expected shape (2, h0), got (3, 64)"),
        (
            {"layers": layers((2, 32), (31, 64))},
            "W1: expected shape (h0, h1) with h0 = 32, got (31, 64)",
        ),
        ({"layers": layers((2, 60))}, "layers: expected s² outputs at the end, got 60"),
        ({"activation": "gelu"}, "activation: expected one of relu, silu, tanh, got 'gelu'"),
        ({"output": "relu"}, "output: expected one of identity, sigmoid, got 'relu'"),
        ({"sigma": 0}, "sigma: expected a positive number or None, got 0"),
        ({"sigma": float("nan")}, "sigma: expected a positive number or None, got nan"),
        ({"z0": (0, 0, 0)}, "z0: expected shape (2,), got (3,)"),
        ({"z0": (0, float("inf"))}, "z0: expected finite numbers, got 1"),
    ],
)
def test_a_map_refuses(map_arguments, changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        LatentMap(**map_arguments | changes)


def test_a_map_refuses_to_be_moved_to_nowhere(map_arguments):
    widget = LatentMap(**map_arguments)
    with pytest.raises(ValueError, match="z: expected two finite numbers"):
        widget.z = [float("nan"), 0]
    assert widget.z == [0.5, -0.25]


def posterior_lab(**changes):
    """Return a PosteriorLab with these arguments."""
    return PosteriorLab(picture=Figure(), caption="A posterior.", alt="Bells.", **changes)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"mu": 3.5}, ValueError, "mu: expected a number from -3 to 3, got 3.5"),
        ({"sigma": 0}, ValueError, "sigma: expected a number from 0.001 to 3, got 0"),
        ({"decoder_variance": -1}, ValueError, "decoder_variance: expected a number from 0.01 to"),
        ({"decoder_variance": "1"}, TypeError, "decoder_variance: expected a number, got '1'"),
        ({"x": float("nan")}, ValueError, "x: expected a number from -10 to 10, got nan"),
        ({"x": 3.1}, ValueError, "x, weight: expected an exact posterior with its mean from -3"),
        ({"weight": float("inf")}, ValueError, "weight: expected a number from -10 to 10, got inf"),
        (
            {"weight": 0.1},
            ValueError,
            "x, weight: expected an exact posterior with its mean from -3 to 3, got 5",
        ),
        ({"mu": True}, TypeError, "mu: expected a number, got True"),
    ],
)
def test_a_posterior_lab_refuses(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        posterior_lab(**changes)


def test_a_posterior_lab_refuses_to_be_moved_off_its_sliders():
    widget = posterior_lab(x=3, weight=1)
    for name, value in {
        "sigma": 1e-4,
        "mu": float("nan"),
        "weight": 0.5,
        "x": float("inf"),
    }.items():
        with pytest.raises(ValueError, match=f"{name}: expected"):
            setattr(widget, name, value)
    assert (widget.x, widget.weight, widget.mu, widget.sigma) == (3, 1, 0.3, 0.2)
