"""The drawn digit in Python: what it packs, what a notebook can set, what it refuses."""

import re
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.widgets import DrawnDigit


def layers(*sizes: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    pairs = pairwise(sizes)
    return [(rng.normal(size=(a, b)) / a**0.5, rng.normal(size=b)) for a, b in pairs]


def arguments():
    rng = np.random.default_rng(1)
    models = {
        name: {"encoder": layers(64, 9, 2, seed=i), "decoder": layers(2, 5, 64, seed=i + 5)}
        for i, name in enumerate(("Autoencoder", "VAE"))
    }
    return {
        "models": models,
        "codes": {name: rng.normal(size=(30, 2)) for name in models},
        "images": rng.random((30, 64)),
        "labels": np.arange(30) % 10,
        "examples": rng.random((3, 64)),
        "picture": Figure(),
        "caption": "Two models.",
        "alt": "Two maps.",
    }


def test_weights_travel_in_half_precision_under_their_models_number():
    given = arguments()
    packed = DrawnDigit(**given).arrays
    for m, model in enumerate(given["models"].values()):
        for part in ("encoder", "decoder"):
            for i, (weight, bias) in enumerate(model[part]):
                for name, value in ((f"{part}{m}W{i}", weight), (f"{part}{m}b{i}", bias)):
                    found = np.frombuffer(packed[name]["data"], "<f2").reshape(value.shape)
                    np.testing.assert_array_equal(found, value.astype("<f2"))


def test_the_first_example_is_drawn_and_a_notebook_can_draw_another():
    given = arguments()
    widget = DrawnDigit(**given)
    np.testing.assert_allclose(widget.drawing, given["examples"][0])
    seen = []
    widget.observe(lambda change: seen.append(sum(change["new"])), "drawing")
    widget.drawing = [0.0] * 64
    assert seen == [0.0]
    with pytest.raises(ValueError, match=re.escape("drawing: expected values in [0, 1]")):
        widget.drawing = [1.5] + [0.0] * 63
    assert sum(widget.drawing) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": {}}, "models: expected one to three, got 0"),
        ({"codes": {"VAE": np.zeros((30, 2))}}, "codes: expected Autoencoder, VAE, got VAE"),
        ({"labels": np.zeros(29)}, "labels: expected shape (N,) with N = 30, got (29,)"),
        ({"images": np.full((30, 64), 2.0)}, "images: expected values in [0, 1]"),
        ({"examples": np.zeros((3, 49))}, "examples: expected shape (E, 64)"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        DrawnDigit(**arguments() | change)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("encoder", [], "models: expected layers of VAE's encoder, got none"),
        ("encoder", layers(64, 3), "encoder1W0: expected shape (64, 2), got (64, 3)"),
        ("decoder", layers(2, 5, 49), "decoder1W1: expected shape (decoder1h0, 64)"),
        ("decoder", [*layers(2, 5), *layers(6, 64)], "with decoder1h0 = 5, got (6, 64)"),
    ],
)
def test_layers_that_do_not_fit_are_named(part, value, message):
    given = arguments()
    given["models"]["VAE"][part] = value
    with pytest.raises(ValueError, match=re.escape(message)):
        DrawnDigit(**given)
