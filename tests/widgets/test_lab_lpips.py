"""LPIPS in the distortion lab: recorded values, read between the strengths; and what is refused."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.recording import lab_lpips
from gentutor.widgets import DistortionLab

STRENGTHS = [0.25, 0.5, 1.0]
VALUES = [0.1, 0.2, 0.6]


@pytest.fixture
def read(pure):
    """Return a function that reads LPIPS as the page does."""
    return lambda *calls: pure("distortion_lab.js", *(("lpipsAt", list(call)) for call in calls))


def test_recorded_strengths_give_their_values_and_others_lie_on_lines(read):
    at = [*STRENGTHS, 0.375, 0.75, 0]
    found = read(*(("blur", STRENGTHS, VALUES, t) for t in at))
    assert found == pytest.approx([*VALUES, 0.15, 0.4, 0], abs=1e-12)


def test_a_step_sideways_snaps_to_whole_pixels(read):
    found = read(*(("moved sideways", STRENGTHS, VALUES, t) for t in (0.05, 0.26, 0.3, 0.51)))
    assert found == pytest.approx([0, 0.1, 0.1, 0.2], abs=1e-12)


@pytest.mark.parametrize("equal", [0, 1])
def test_between_strengths_the_line_is_near_the_network(read, equal):
    net = lab_lpips.efficientnet_extractor()
    x = lab_lpips.grey_bytes("chelsea")
    names, images = lab_lpips.distorted(x, (0.2, 0.55))
    measured = lab_lpips.lpips_to(x, images[:, equal].flatten(0, 1), net).view(-1, 2)
    kept = lab_lpips.recorded()
    strengths = kept.strengths.tolist()
    for name, values, pair in zip(names, kept.values["chelsea"], measured, strict=True):
        found = read(*((name, strengths, values[equal].tolist(), t) for t in (0.2, 0.55)))
        assert found == pytest.approx(pair.tolist(), rel=0.05, abs=0.01)


def lab(**changes: object) -> DistortionLab:
    """Return a lab of one grey square with made-up values of LPIPS."""
    given = {
        "images": {"grey": np.full((176, 176), 0.5)},
        "picture": Figure(),
        "caption": "One.",
        "alt": "Three.",
        "lpips": {"grey": np.zeros((7, 2, 3))},
        "strengths": STRENGTHS,
    }
    return DistortionLab(**given | changes)


def test_recorded_values_travel_with_the_lab():
    assert lab().arrays["lpips"]["shape"] == [1, 7, 2, 3]
    assert "lpips" not in lab(lpips=None).arrays


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lpips": {"other": np.zeros((7, 2, 3))}}, "lpips: expected values of grey; got other"),
        ({"lpips": {"grey": np.zeros((7, 2, 4))}}, "lpips: expected shape (N, 7, 2, T) with"),
        ({"lpips": {"grey": np.full((7, 2, 3), np.nan)}}, "lpips: expected finite numbers"),
        ({"strengths": None}, "strengths: expected those of lpips, got None"),
        ({"strengths": [0.0, 0.5, 1.0]}, "strengths: expected rising numbers in (0, 1] up to 1"),
        ({"strengths": [0.5, 0.2, 1.0]}, "strengths: expected rising numbers in (0, 1] up to 1"),
        ({"strengths": [0.2, 0.5, 0.9]}, "strengths: expected rising numbers in (0, 1] up to 1"),
    ],
)
def test_what_does_not_fit_is_refused(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        lab(**changes)
