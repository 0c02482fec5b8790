"""The lab in a running notebook, without a browser: its settings train in Python."""

import re

import ipywidgets
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor.data import ring
from gentutor.metrics.mode_coverage import mode_coverage
from gentutor.training import GANSettings, train_gans
from gentutor.training.live import train_live
from gentutor.widgets import ModeCollapseLab


def engine(settings):
    """Train briefly."""
    return train_live(settings, steps=6, every=4, samples=300)


@pytest.fixture
def lab():
    """Return a lab that Python drives, set to a WGAN-GP."""
    made = ModeCollapseLab(picture=Figure(), caption="A.", alt="B.", objective="wgan_gp", seeds=8)
    made.drive(engine)
    return made


def samples(lab) -> np.ndarray:
    return np.frombuffer(lab.reply["x"], "<f4").reshape(lab.reply["runs"], -1, 2)


def test_a_request_trains_what_the_lab_is_set_to_and_the_results_are_a_trait(lab):
    seen = []
    lab.observe(lambda change: seen.append(change["new"]), "reply")
    lab.lr_d, lab.n_critic, lab.seed = 0.003, 2, 5
    lab.request += 1
    assert [each["step"] for each in seen] == [4, 6]
    assert (lab.status, lab.reply["steps"]) == ("done", 6)
    assert lab.reply["seeds"] == list(range(5, 13))
    rest = {"n_critic": 2, "lr_d": 0.003, "hidden": (32, 32), "collapsed_at": (2.0, 0.0)}
    gans = [GANSettings("wgan_gp", seed=seed, **rest) for seed in range(5, 13)]
    expected = train_gans(gans, ring(), steps=6).sample(300, seed=1)
    np.testing.assert_array_equal(samples(lab), expected.numpy())
    found = mode_coverage(expected, ring().centres, ring().sd)
    assert lab.reply["m20"] == found.m20.tolist()
    assert lab.reply["quality"] == found.quality.tolist()
    assert lab.reply["verdict"] == list(found.verdict)


def test_a_change_from_the_page_is_a_request_as_well(lab):
    lab.set_state({"objective": "hinge", "seeds": 1, "pack": 4, "request": 1})
    assert (lab.status, lab.reply["step"], lab.reply["runs"]) == ("done", 6, 1)
    rest = {"n_critic": 5, "pack": 4, "hidden": (32, 32), "collapsed_at": (2.0, 0.0)}
    expected = train_gans([GANSettings("hinge", **rest)], ring(), steps=6).sample(300, seed=1)
    np.testing.assert_array_equal(samples(lab), expected.numpy())


def test_ipywidgets_own_controls_can_be_linked(lab):
    slider = ipywidgets.IntSlider(value=3, min=1, max=10)
    ipywidgets.link((slider, "value"), (lab, "n_critic"))
    button = ipywidgets.Button()
    button.on_click(lambda pressed: setattr(lab, "request", lab.request + 1))
    slider.value = 1
    assert lab.n_critic == 1
    button.click()
    assert lab.status == "done"


@pytest.mark.parametrize("target", ["grid", "two_moons", "spirals", "own"])
def test_every_target_trains_and_curves_have_samples_alone(lab, target):
    lab.target, lab.points, lab.seeds = target, [(0, 0), (1, 1), (-1, 2)], 1
    lab.request += 1
    assert lab.status == "done"
    assert samples(lab).shape == (1, 300, 2)
    starts = {"grid": (-4, -4), "two_moons": (1, 0), "spirals": (0, 0), "own": (0, 0)}
    np.testing.assert_allclose(samples(lab)[0].mean(0), starts[target], atol=0.4)
    assert ("m20" in lab.reply) == (target in ("grid", "own"))


def test_what_goes_wrong_is_told_and_the_lab_goes_on(lab):
    lab.target, lab.points = "own", [(0, 0)]
    lab.request += 1
    assert lab.status == "ValueError: points: expected at least three, got 1"

    def broken(settings):
        yield {"step": 1, "steps": 2, "x": np.zeros((1, 2, 2))}
        raise KeyboardInterrupt

    lab.drive(broken)
    lab.request += 1
    assert (lab.status, lab.reply["step"]) == ("interrupted", 1)
    lab.drive(engine)
    lab.target, lab.seeds, lab.lr_d, lab.lr_g = "ring", 1, 1e30, 1e30
    lab.request += 1
    assert lab.status == "done"
    assert list(lab.reply["diverged"]) == [0]
    with pytest.raises(TypeError, match=re.escape("engine: expected a function, got int")):
        lab.drive(3)


def test_a_call_from_the_page_is_answered_so_that_silence_means_something(lab, monkeypatch):
    sent = []
    monkeypatch.setattr(lab, "send", lambda content, buffers=None: sent.append(content))
    lab._handle_custom_msg({"beat": 7}, [])
    assert sent == [{"heard": {"beat": 7}}]


def test_bits_do_not_depend_on_the_rounds(lab):
    settings = {name: getattr(lab, name) for name in ("target", "points", "objective", "lr_d")}
    settings |= {name: getattr(lab, name) for name in ("lr_g", "n_critic", "gp_weight", "clip")}
    settings |= {"pack": 1, "collapsed": False, "seed": 3, "seeds": 1}
    once, often = (
        [each["x"] for each in train_live(settings, steps=6, every=every)][-1] for every in (6, 2)
    )
    assert torch.equal(torch.from_numpy(once), torch.from_numpy(often))
