"""The frame of every explorable: packing, picture, traits."""

import re
from base64 import b64decode

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
import traitlets
from ipywidgets.embed import embed_data

from gentutor.widgets import LatentMap, Sweep
from gentutor.widgets.arrays import Arrays

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize(("kind", "tolerance"), [("float32", 1e-7), ("float16", 5e-4)])
def test_floats_survive_packing(kind, tolerance):
    values = np.random.default_rng(0).normal(size=(3, 4)) * 10
    arrays = Arrays()
    arrays.add("values", values, "a b", kind)
    packed = arrays.packed["values"]
    assert packed["dtype"] == kind
    assert packed["shape"] == [3, 4]
    unpacked = np.frombuffer(packed["data"], "<" + np.dtype(kind).str[1:]).reshape(3, 4)
    np.testing.assert_allclose(unpacked, values, rtol=tolerance)


def test_a_pixel_is_one_byte_rounded_to_the_nearest():
    arrays = Arrays()
    arrays.add("grey", [0, 0.5 / 255 + 1e-9, 0.2, 1], "n", "pixel")
    assert list(arrays.packed["grey"]["data"]) == [0, 1, 51, 255]


def test_torch_parameters_are_arrays_too():
    weight = torch.nn.Parameter(torch.ones(2, 3))
    assert Arrays().add("weight", weight, "a b", "float16").shape == (2, 3)


@pytest.mark.parametrize(
    ("value", "shape", "kind", "error", "message"),
    [
        ("grey", "n", "pixel", TypeError, "x: expected an array of numbers, got str"),
        ([[1, 2], [3]], "a b", "float32", TypeError, "x: expected an array of numbers, got list"),
        ([1, 2], "a b", "float32", ValueError, "x: expected shape (a, b), got (2,)"),
        ([1, 2], "3", "float32", ValueError, "x: expected shape (3,), got (2,)"),
        (np.ones((2, 3)), "s s", "float32", ValueError, "x: expected shape (s, s), got (2, 3)"),
        (np.ones((0, 3)), "a b", "float32", ValueError, "(a, b) and no size zero, got (0, 3)"),
        ([1, np.nan], "n", "float32", ValueError, "x: expected finite numbers, got 1 that"),
        (
            [0, 1.5],
            "n",
            "pixel",
            ValueError,
            "x: expected values in [0, 1], got values in [0, 1.5]",
        ),
        ([1e5], "n", "float16", ValueError, "x: expected values in [-65504, 65504], got"),
        ([1, 2.5], "n", "class", ValueError, "x: expected integers, got 2.5"),
    ],
)
def test_bad_arrays_are_refused_by_name(value, shape, kind, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Arrays().add("x", value, shape, kind)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"picture": "figure.png"}, TypeError, "picture: expected a matplotlib Figure, got str"),
        ({"caption": 3}, TypeError, "caption: expected a string, got int"),
        ({"alt": " "}, ValueError, "alt: expected some text, got ' '"),
    ],
)
def test_every_explorable_needs_a_picture_and_words(map_arguments, changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        LatentMap(**map_arguments | changes)


def test_the_page_gets_a_figure_and_the_notebook_the_widget(sweep_arguments):
    widget = Sweep(**sweep_arguments)
    data, _ = widget._repr_mimebundle_()
    assert data[VIEW]["model_id"] == widget.model_id
    page = data["text/html"]
    assert f'<figure class="explorable" data-model="{widget.model_id}">' in page
    assert 'alt="Distortion falls as the &quot;rate&quot; rises."' in page
    assert "<figcaption>Sixteen models &amp; one slider.</figcaption>" in page
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', page)
    assert picture is not None
    assert b64decode(picture[1]).startswith(b"\x89PNG")


def test_the_picture_is_not_left_for_the_notebook_to_show_again(map_arguments):
    figure = plt.figure()
    LatentMap(**map_arguments | {"picture": figure})
    assert not plt.fignum_exists(figure.number)


def test_sixteen_models_travel_in_less_than_100_kilobytes(sweep_arguments):
    widget = Sweep(**sweep_arguments)
    state = embed_data(views=[widget], drop_defaults=False)["manager_state"]["state"][
        widget.model_id
    ]
    numbers = sum(len(buffer["data"]) for buffer in state["buffers"])
    assert 45_000 < numbers < 50_000  # 16 × (8 + 24) digits of 64 bytes, in base64
    assert numbers + len(state["state"]["_esm"]) + len(state["state"]["_css"]) < 100_000
    assert widget._picture not in str(state)  # the picture does not travel a second time


def test_ipywidgets_can_follow_and_drive_the_sweep(sweep_arguments):
    first, second = Sweep(**sweep_arguments, index=3), Sweep(**sweep_arguments)
    seen = []
    first.observe(lambda change: seen.append(change["new"]), "index")
    traitlets.link((first, "index"), (second, "index"))
    second.index = 7
    assert (first.index, seen) == (7, [7])
    with pytest.raises(ValueError, match="index: expected 0 to 15, got 16"):
        first.index = 16
    assert first.index == 7
