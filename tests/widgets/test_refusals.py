"""What the explorables refuse."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.widgets import BetaSweep, LatentMap, PosteriorLab, SpectrumLab


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beta": np.geomspace(16, 0.05, 16)}, "beta: expected two or more positive, increasing"),
        ({"beta": np.linspace(0, 1, 16)}, "beta: expected two or more positive, increasing"),
        ({"originals": np.zeros((8, 8, 7))}, "originals: expected shape (n, s, s), got (8, 8, 7)"),
        (
            {"reconstructions": np.zeros((16, 7, 8, 8))},
            "reconstructions: expected shape (B, n, s, s) with B = 16, n = 8, s = 8, got",
        ),
        ({"samples": np.full((16, 4, 8, 8), -0.1)}, "samples: expected values in [0, 1], got"),
        ({"kl": np.zeros((15, 8))}, "kl: expected shape (B, d) with B = 16, got (15, 8)"),
        ({"kl": np.full((16, 8), -1)}, "kl: expected no negative value, got -1"),
        ({"rate": np.full(16, 99.0)}, "rate: expected the sum of kl over dimensions, "),
        ({"elbo": np.zeros(16)}, "elbo: expected −(distortion + rate), -"),
        ({"distortion": [np.inf] * 16}, "distortion: expected finite numbers, got 16"),
        ({"active_above": 0}, "active_above: expected a positive number, got 0"),
        ({"index": -1}, "index: expected 0 to 15, got -1"),
    ],
)
def test_a_sweep_refuses(sweep_arguments, changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        BetaSweep(**sweep_arguments | changes)


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


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"eigenvalues": np.arange(12)}, "eigenvalues: expected non-negative values in falling"),
        ({"eigenvalues": [2, 1, -1e-9]}, "eigenvalues: expected non-negative values in falling"),
        ({"eigenvalues": np.zeros(12)}, "eigenvalues: expected non-negative values in falling"),
        ({"variances": np.geomspace(3, 0.08, 9)}, "variances: expected two or more positive, incr"),
        ({"variances": np.linspace(0, 3, 9)}, "variances: expected two or more positive, incr"),
        ({"kl_trained": np.zeros((8, 7))}, "kl_trained: expected shape (V, K) with V = 9, got"),
        ({"kl_trained": np.full((9, 7), -0.01)}, "kl_trained: expected no negative value, got"),
        ({"kl_trained": np.zeros((9, 13))}, "kl_trained: expected at most one latent for each of"),
        ({"kl_predicted": np.zeros((9, 6))}, "kl_predicted: expected shape (V, K) with V = 9, K"),
        ({"kl_predicted": np.zeros((9, 7))}, "kl_predicted: expected ½ ln(λ/σ²), or 0 where λ"),
        (
            {"kl_predicted": np.full((9, 7), np.nan)},
            "kl_predicted: expected finite numbers, got 63",
        ),
        ({"active_above": 0}, "active_above: expected a positive number, got 0"),
        ({"index": 9}, "index: expected 0 to 8, got 9"),
    ],
)
def test_a_spectrum_lab_refuses(spectrum_arguments, changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        SpectrumLab(**spectrum_arguments | changes)
