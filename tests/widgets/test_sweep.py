"""The sweep in Python: what it refuses, what it says, and its trait."""

import re
from typing import Any

import numpy as np
import pytest

from gentutor.widgets import Bars, Curves, Images, Plane, Sweep

STEPS = [0.5, 1, 2]
KL = [[2, 1], [1, 0.5], [0, 0]]


def sweep(*panels: Any, **changes: Any) -> Sweep:
    """Return a Sweep of three steps with these panels in one column."""
    shown = list(panels) or [Bars("KL", KL, "dimension", "nats")]
    return Sweep(**{"label": "β", "values": STEPS, "panels": [shown]} | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"values": []}, "values: expected shape (step,) and no size zero, got (0,)"),
        ({"values": [1]}, "values: expected two or more, rising, got [1.0]"),
        ({"values": [2, 1, 0.5]}, "values: expected two or more, rising, got [2.0, 1.0, 0.5]"),
        ({"values": [1, np.nan, 3]}, "values: expected finite numbers, got 1 that are NaN"),
        ({"values": [1, 2]}, "KL, values: expected shape (step, n) with step = 2, got (3, 2)"),
        ({"panels": []}, "panels: expected lists of at least one, got an empty one"),
        ({"panels": [[]]}, "panels: expected lists of at least one, got an empty one"),
        ({"text": "β = {} {}"}, "text: expected a template for a number, such as"),
        ({"text": None}, "text: expected a template for a number, such as"),
        ({"readout": {"ELBO": ("{}", [1, 2])}}, "readout, ELBO: expected shape (step,) with step"),
        ({"readout": {"ELBO": ("{:d}", [1, 2, 3])}}, "readout, ELBO: expected a template for a"),
        ({"readout": {"ELBO": ("{}", [1, 2, np.inf])}}, "readout, ELBO: expected finite numbers"),
        ({"index": 3}, "index: expected 0 to 2, got 3"),
        ({"index": -1}, "index: expected 0 to 2, got -1"),
        ({"caption": " "}, "caption: expected some text, got ' '"),
        ({"alt": ""}, "alt: expected some text, got ''"),
    ],
)
def test_a_sweep_refuses(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        sweep(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"panels": Bars("KL", KL, "", "")}, "panels: expected columns, a list"),
        ({"panels": [Bars("KL", KL, "", "")]}, "panels: expected columns, a list"),
        ({"panels": [[KL]]}, "panels: expected columns, a list"),
        ({"readout": {"ELBO": [1, 2, 3]}}, "readout, ELBO: expected (template, numbers), got [1"),
        ({"captoin": "A caption."}, "Sweep: expected keywords among label, values, panels, text"),
    ],
)
def test_a_sweep_refuses_other_types(changes, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        sweep(**changes)


GREY, ROW = np.full((3, 4, 8, 8), 0.5), np.arange(3.0)


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (Images, {"pixels": GREY[..., :7]}, "T, pixels: expected shape (step, n, s, s) with step"),
        (Images, {"pixels": GREY[:2]}, "T, pixels: expected shape (step, n, s, s) with step = 3"),
        (Images, {"pixels": GREY[0, 0]}, "T, pixels: expected shape (n, s, s), got (8, 8)"),
        (Images, {"pixels": GREY * 3}, "T, pixels: expected values in [0, 1], got values in"),
        (Images, {"pixels": GREY, "columns": 0}, "columns: expected an integer from 1, got 0"),
        (Bars, {"values": KL[:2]}, "T, values: expected shape (step, n) with step = 3, got (2, 2)"),
        (Bars, {"values": [[-1]] * 3}, "T, values: expected no negative value, got -1"),
        (Bars, {"values": KL, "beside": [[1]] * 3}, "T, beside: expected shape (step, n) with"),
        (Bars, {"values": KL, "above": -1}, "above: expected a number from 0, got -1"),
        (Bars, {"values": KL, "above": np.nan}, "above: expected a number from 0, got nan"),
        (Plane, {"x": ROW, "y": ROW[:2]}, "T, y: expected shape (step,) with step = 3, got (2,)"),
        (Plane, {"x": ROW * np.nan, "y": ROW}, "T, x: expected finite numbers, got 3"),
        (Curves, {"series": {}}, "T, series: expected one or two pairs (x, y) by name"),
        (Curves, {"series": {"a": ROW}}, "T, series: expected one or two pairs (x, y) by name"),
        (Curves, {"series": {"a": (ROW, ROW[:2])}}, "T, a, y: expected shape (n0,) with n0 = 3"),
        (Curves, {"series": {"a": (ROW, [ROW] * 2)}}, "T, a, y: expected shape (step, n0) with"),
        (Curves, {"series": {"a": (ROW, -ROW)}, "log": True}, "T, a: expected no negative value"),
        (
            Curves,
            {"series": {"a": (ROW, ROW)}, "level": ROW, "log": True},
            "T: expected positive values on a logarithmic axis",
        ),
        (Curves, {"series": {"a": (ROW, ROW)}, "level": ROW[:2]}, "T, level: expected shape (step"),
        (Plane, {"title": " ", "x": ROW, "y": ROW}, "panels: expected a title for each"),
    ],
)
def test_a_panel_refuses(kind, arguments, message):
    axes = {} if kind is Images else {"x_label": "x", "y_label": "y"}
    with pytest.raises(ValueError, match=re.escape(message)):
        sweep(kind(**{"title": "T"} | axes | arguments))


def test_two_panels_have_two_titles():
    bars = Bars("KL", KL, "dimension", "nats")
    with pytest.raises(ValueError, match="panels: expected a title for each, not twice, got 'KL'"):
        sweep(bars, bars)


@pytest.mark.parametrize("kind", [Images, Bars, Plane, Curves])
def test_a_panel_names_its_keywords(kind):
    with pytest.raises(TypeError, match=f"{kind.__name__}: expected keywords among title, .*titel"):
        kind(titel="T")


def test_the_words_of_the_start_are_the_alt_unless_it_is_given(water_arguments):
    page = Sweep(**water_arguments, index=2)._repr_mimebundle_()[0]["text/html"]
    assert 'alt="σ², decoder variance: σ² = 0.198. Eigenvalues; a latent: 7 points' in page
    assert "<figcaption>Nine variances.</figcaption>" in page
    given = sweep(alt="Two bars.", index=1)._repr_mimebundle_()[0]["text/html"]
    assert 'alt="Two bars."' in given
    assert "figcaption" not in given  # the Markdown below has it


def test_numbers_are_said_with_true_minus_signs_and_no_minus_zero():
    plane = Plane("Place", [-1, -0.001, 2], [1, 1, 1], "x", "y")
    made = sweep(plane, readout={"a-b": ("log-p {:.1f}", [-1, 0, 1])})
    assert made.readout["a-b"] == ["log-p −1.0", "log-p 0.0", "log-p 1.0"]
    words = made.panels[0][0]["words"]
    assert words[0] == "Place. At 0.5: x −1.00; y 1.00; one of 3 points"
    assert "x 0.00" in words[1]


def test_rounding_below_zero_is_a_bar_of_nothing():
    made = sweep(Bars("KL", [[1, -1e-5]] * 3, "dimension", "nats"))
    packed = np.frombuffer(made.arrays["KL, values"]["data"], "<f4")
    np.testing.assert_array_equal(packed, [1, 0] * 3)


def test_an_array_travels_once_for_all_steps_or_once_for_each(sweep_arguments, sweep_numbers):
    arrays = Sweep(**sweep_arguments).arrays
    shapes = {name: packed["shape"] for name, packed in arrays.items() if "pixels" in name}
    assert shapes == {
        "Originals, pixels": [8, 8, 8],
        "Reconstructions, pixels": [16, 8, 8, 8],
        "Samples, pixels": [16, 24, 8, 8],
    }
    sent = np.frombuffer(arrays["Samples, pixels"]["data"], np.uint8).reshape(16, 24, 8, 8)
    np.testing.assert_allclose(sent / 255, sweep_numbers["samples"], atol=0.002)


def test_the_step_is_a_trait_that_refuses_what_is_no_step():
    made = sweep(index=1)
    seen = []
    made.observe(lambda change: seen.append(change["new"]), "index")
    made.index = 2
    with pytest.raises(ValueError, match="index: expected 0 to 2, got 3"):
        made.index = 3
    assert (made.index, seen, made.steps) == (2, [2], ["0.5", "1", "2"])
