"""The push-forward's numbers in Node, against numpy; and what the widget refuses."""

import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.interpolate import CubicHermiteSpline

from gentutor.widgets import PushForward
from gentutor.widgets.explorable import source
from gentutor.widgets.push_forward import NOISES, PLACES

HANDLES = {
    "straight": [-2.0, -1.0, 0.0, 1.0, 2.0],
    "two heaps": [-1.7, -1.4, 0.0, 1.4, 1.7],
    "fold": [-2.0, 1.0, 0.0, -1.0, 2.0],
    "falling": [2.5, 0.5, 0.3, -0.4, -3.0],
}
Z = np.linspace(-5, 5, 400_001)


def of_page(expression: str):
    """Return a JavaScript expression's value by the page's own functions."""
    path = shutil.which("node")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    program = f"{source('push_forward_parts.js')}\nconsole.log(JSON.stringify({expression}));"
    done = subprocess.run([path, "-e", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def value(z: np.ndarray, handles: list[float]) -> np.ndarray:
    """Return the map by scipy: a cubic with these slopes at the handles, straight beyond."""
    places, x = np.array(PLACES), np.array(handles)
    slopes = np.gradient(x, places)
    inside = CubicHermiteSpline(places, x, slopes)(np.clip(z, -2, 2))
    return inside + np.minimum(z + 2, 0) * slopes[0] + np.maximum(z - 2, 0) * slopes[-1]


def density(z: np.ndarray, noise: str) -> np.ndarray:
    """Return the density of a noise."""

    def bell(mean: float, sd: float) -> np.ndarray:
        return np.exp(-0.5 * ((z - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))

    return {
        "normal": bell(0, 1),
        "uniform": (np.abs(z) <= 3**0.5) / (2 * 3**0.5),
        "two bumps": 0.5 * (bell(-1.2, 0.4) + bell(1.2, 0.4)),
    }[noise]


@pytest.mark.parametrize("handles", HANDLES.values(), ids=HANDLES)
def test_the_map_goes_through_its_handles_and_its_slope_is_its_derivative(handles):
    z = np.linspace(-3, 3, 61)
    found = of_page(
        f"(() => {{ const map = through({handles}); const z = {z.tolist()};"
        " return [z.map(map.value), z.map(map.slope)]; })()"
    )
    np.testing.assert_allclose(found[0], value(z, handles), atol=1e-9)
    slope = (value(z + 1e-5, handles) - value(z - 1e-5, handles)) / 2e-5
    np.testing.assert_allclose(found[1], slope, atol=1e-4)


@pytest.mark.parametrize("noise", NOISES)
def test_noises_are_densities_of_variance_one_or_nearly_and_their_draws_follow_them(noise):
    p = of_page(f"{Z[::100].tolist()}.map(NOISES[{noise!r}].density)")
    np.testing.assert_allclose(p, density(Z[::100], noise), atol=1e-12)
    assert np.trapezoid(p, Z[::100]) == pytest.approx(1, abs=2e-3)
    drawn = np.array(of_page(f"draws(NOISES[{noise!r}], 3000)"))
    quantile = np.interp([0.1, 0.3, 0.5, 0.9], np.cumsum(density(Z, noise)) * (Z[1] - Z[0]), Z)
    seen = (drawn[:, None] < quantile).mean(0)
    np.testing.assert_allclose(seen, [0.1, 0.3, 0.5, 0.9], atol=0.03)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("handles", HANDLES.values(), ids=HANDLES)
def test_mass_is_carried_along_whatever_the_map_does(noise, handles):
    cells = np.array(of_page(f"cellDensities(through({handles}), NOISES[{noise!r}], -4, 4, 80)"))
    x, mass = value(Z, handles), density(Z, noise) * (Z[1] - Z[0])
    counted, _ = np.histogram(x, bins=80, range=(-4, 4), weights=mass)
    np.testing.assert_allclose(cells * 0.1, counted, atol=1.5e-3)
    inside = mass[np.abs(x) <= 4].sum()
    assert cells.sum() * 0.1 == pytest.approx(inside, abs=1e-3)


@pytest.mark.parametrize("handles", HANDLES.values(), ids=HANDLES)
def test_the_change_of_variables_adds_up_every_way_to_x(handles):
    at = value(np.array([-1.7, -0.45, 0.3, 1.9]), handles)
    found = of_page(f"{at.tolist()}.map((x) => densityAt(x, through({handles}), NOISES.normal))")
    x = value(Z, handles)
    for one, said in zip(at, found, strict=True):
        crossings = np.flatnonzero(np.diff(x > one))
        steep = np.abs(np.gradient(x, Z)[crossings])
        assert said["ways"] == len(crossings)
        expected = (density(Z[crossings], "normal") / steep).sum()
        assert said["density"] == pytest.approx(expected, rel=2e-3)
    if handles == HANDLES["fold"]:
        assert 3 in {said["ways"] for said in found}


def push_forward(**changes):
    """Return a PushForward with these arguments."""
    return PushForward(picture=Figure(), caption="A map.", alt="A bent line.", **changes)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"noise": "cauchy"}, ValueError, "noise: expected one of normal, uniform, two bumps; got"),
        ({"handles": 3}, TypeError, "handles: expected a list of 5 numbers, got 3"),
        ({"handles": [0, 1, 2]}, ValueError, "handles: expected 5 numbers, got 3"),
        ({"handles": [0, 0, "1", 0, 0]}, TypeError, "handles: expected a number, got '1'"),
        (
            {"handles": [0, 0, 4, 0, 0]},
            ValueError,
            "handles: expected a number from -3 to 3, got 4",
        ),
        ({"z": float("nan")}, ValueError, "z: expected a number from -3 to 3, got nan"),
        ({"z": True}, TypeError, "z: expected a number, got True"),
    ],
)
def test_a_push_forward_refuses(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        push_forward(**changes)


def test_it_cannot_be_bent_out_of_reach():
    widget = push_forward(z=0.5)
    for name, bad in {"handles": [0, 0, 0, 0, -3.1], "z": 3.5, "noise": "?"}.items():
        with pytest.raises(ValueError, match=f"{name}: expected"):
            setattr(widget, name, bad)
    assert (widget.handles, widget.z, widget.noise) == ([-1.7, -1.4, 0, 1.4, 1.7], 0.5, "normal")
