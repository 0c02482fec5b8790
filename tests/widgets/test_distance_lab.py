"""The distance lab's numbers in Node, against numpy and the package; and what it refuses."""

import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from scipy import stats

from gentutor.theory.transport import Line
from gentutor.widgets import DistanceLab
from gentutor.widgets.explorable import source

CASES = [(0.0, 0.25, 0.5), (1.0, 0.25, 0.5), (-3.0, 0.1, 0.2), (0.0, 0.5, 1.0), (4.0, 1.0, 0.0)]
X = np.linspace(-12, 12, 48_001)


def of_page(expression: str):
    """Return a JavaScript expression's value by the page's own functions."""
    path = shutil.which("node")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    program = f"{source('distance_lab_parts.js')}\nconsole.log(JSON.stringify({expression}));"
    done = subprocess.run([path, "-e", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def log_density(shift: float, sd: float, share: float) -> np.ndarray:
    """Return the log density of two heaps on a finer grid than the page's."""
    with np.errstate(divide="ignore"):
        left, right = np.log([share, 1 - share])
    heaps = left + stats.norm.logpdf(X, shift - 1, sd), right + stats.norm.logpdf(X, shift + 1, sd)
    return np.logaddexp(*heaps)


def oracle(shift: float, sd: float, share: float) -> dict[str, float]:
    """Return KL, JS and W1 by numpy and by the package."""
    log_p, log_q = log_density(0, sd, 0.5), log_density(shift, sd, share)
    log_m = np.logaddexp(log_p, log_q) - np.log(2)
    p, q = np.exp(log_p), np.exp(log_q)
    line = Line.from_densities(*(torch.tensor(one) for one in (p, q, X)))
    sides = [np.trapezoid(one * (log - log_m), X) for one, log in ((p, log_p), (q, log_q))]
    return {
        "kl": np.trapezoid(p * (log_p - log_q), X),
        "js": sum(sides) / 2,
        "w1": float(line.wasserstein),
    }


@pytest.mark.parametrize(("shift", "sd", "share"), CASES)
def test_the_three_measures_and_their_slopes(shift, sd, share):
    case = json.dumps({"shift": shift, "sd": sd, "share": share})
    found = of_page(f"(({{ kl, js, w1, slope }}) => ({{ kl, js, w1, slope }}))(compare({case}))")
    right = oracle(shift, sd, share)
    before, after = (oracle(shift + step, sd, share) for step in (-0.01, 0.01))
    for name, value in right.items():
        assert found[name] == pytest.approx(value, rel=2e-3, abs=2e-3), name
        slope = (after[name] - before[name]) / 0.02
        assert found["slope"][name] == pytest.approx(slope, rel=1e-2, abs=6e-3), name


@pytest.mark.parametrize(("shift", "sd", "share"), CASES[1:])
def test_plan_and_critic_both_attain_w1(shift, sd, share):
    case = json.dumps({"shift": shift, "sd": sd, "share": share})
    moves, dual, steepest = of_page(
        f"(() => {{ const c = compare({case}); const f = bestCritic(c.F, c.G);"
        " const mean = (log) => integrate(log.map((value, i) => Math.exp(value) * f[i]));"
        " const levels = Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000);"
        " const moves = levels.map((u) => Math.abs(quantile(c.F, u) - quantile(c.G, u)));"
        " const steps = f.slice(1).map((value, i) => Math.abs(value - f[i]) / STEP);"
        " return [moves.reduce((a, b) => a + b) / 2000, mean(c.logP) - mean(c.logQ),"
        " Math.max(...steps)]; })()"
    )
    w1 = oracle(shift, sd, share)["w1"]
    assert moves == pytest.approx(w1, abs=0.02)
    assert dual == pytest.approx(w1, abs=0.02)
    assert steepest <= 1 + 1e-9


def lab(**changes):
    """Return a DistanceLab with these arguments."""
    return DistanceLab(picture=Figure(), caption="Two laws.", alt="Four heaps.", **changes)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"shift": 4.5}, ValueError, "shift: expected a number from -4 to 4, got 4.5"),
        ({"sd": 0}, ValueError, "sd: expected a number from 0.05 to 1, got 0"),
        ({"share": float("nan")}, ValueError, "share: expected a number from 0 to 1, got nan"),
        ({"sd": "1"}, TypeError, "sd: expected a number, got '1'"),
        ({"shift": True}, TypeError, "shift: expected a number, got True"),
    ],
)
def test_a_distance_lab_refuses(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        lab(**changes)


def test_it_cannot_be_moved_off_its_sliders():
    widget = lab()
    for name, bad in {"shift": -5, "sd": 2, "share": -0.1}.items():
        with pytest.raises(ValueError, match=f"{name}: expected"):
            setattr(widget, name, bad)
    assert (widget.shift, widget.sd, widget.share) == (1.0, 0.25, 0.5)
