"""What the VAE in training takes, refuses and brings along."""

import re

import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure

from gentutor.data import digits
from gentutor.widgets import VAETrainer

GREY = np.full((40, 8, 8), 0.5)


def make(**changes) -> VAETrainer:
    """Return a small widget, with changes."""
    words = {"caption": "A VAE.", "alt": "Grey."}
    images = {"images": GREY, "shown": GREY[:8], "batch": 16}
    return VAETrainer(**images | {"picture": Figure()} | words | changes)


def test_settings_are_traits_that_can_be_watched_and_set():
    widget = make(beta=4, variance=0.1, kl_reduction="mean", learning_rate=0.1, seed=7)
    assert (widget.beta, widget.variance, widget.kl_reduction) == (4.0, 0.1, "mean")
    assert (widget.learning_rate, widget.seed, widget.running, widget.step) == (0.1, 7, False, 0)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "beta")
    widget.beta = 0.5
    widget.variance = None
    assert seen == [0.5]
    synced = set(VAETrainer.class_trait_names(sync=True))
    assert synced >= {"beta", "variance", "learning_rate", "running", "step", "seed"}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"images": GREY[:, :7]}, ValueError, "images: expected shape (N, s, s), got (40, 7, 8)"),
        ({"images": GREY * 3}, ValueError, "images: expected values in [0, 1], got"),
        ({"images": GREY[:15]}, ValueError, "images: expected at least batch = 16 of them, got 15"),
        ({"shown": GREY[:17]}, ValueError, "shown: expected at most batch = 16 of them, got 17"),
        ({"shown": GREY[:2, :4, :4]}, ValueError, "shown: expected shape (n, s, s) with s = 8"),
        ({"batch": 15}, ValueError, "batch: expected an integer of at least 16, got 15"),
        ({"latent_dim": 0}, ValueError, "latent_dim: expected an integer of at least 1, got 0"),
        ({"hidden": 1.5}, ValueError, "hidden: expected an integer of at least 1, got 1.5"),
        ({"output": "relu"}, ValueError, "output: expected one of linear, sigmoid, got 'relu'"),
        ({"beta": 0}, ValueError, "beta: expected a positive number, got 0.0"),
        ({"variance": -1}, ValueError, "variance: expected a positive number, got -1.0"),
        ({"learning_rate": np.inf}, ValueError, "learning_rate: expected a positive number"),
        ({"seed": 10_000}, ValueError, "seed: expected 0 to 9999, got 10000"),
        (
            {"running": True},
            TypeError,
            "hidden, output, batch, beta, variance, reconstruction_reduction",
        ),
        ({"kl_reduction": "max"}, traitlets.TraitError, "max"),
    ],
)
def test_it_refuses(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make(**changes)


def test_a_trait_that_makes_no_sense_is_refused_later_too():
    widget = make()
    with pytest.raises(ValueError, match="beta: expected a positive number, got nan"):
        widget.beta = float("nan")
    assert widget.beta == 1


def test_code_and_data_weigh_at_most_300_kilobytes_in_the_page():
    data = digits()
    images, shown = (np.asarray(x).reshape(-1, 8, 8) for x in (data.x_train, data.x_test[:8]))
    widget = make(images=images, shown=shown, batch=128)
    pixels = sum(len(packed["data"]) for packed in widget.arrays.values())
    assert pixels == 64 * (1437 + 8)
    assert pixels * 4 / 3 + len((widget._esm + widget._css).encode()) < 300_000
