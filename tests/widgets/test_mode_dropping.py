"""The mode-dropping explorable: its numbers in Node against the package's, and what it refuses."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor.metrics import fid, inception_score, kid, precision_recall
from gentutor.widgets import ModeDropping

SETTINGS = [
    {"kept": kept, "blur": blur, "memorised": memorised}
    for kept in ([0, 1, 2, 3, 4, 5], [0, 2, 3], [4])
    for blur in (0, 0.7, 2)
    for memorised in (0, 0.35, 1)
]


def arrays() -> dict:
    """Return six modes on a ring, training points and noise, as the page keeps them (float32)."""
    g = torch.Generator().manual_seed(0)
    turn = torch.arange(6) * torch.pi / 3
    centres = 3 * torch.stack((turn.cos(), turn.sin()), 1)
    mode = torch.arange(150) % 6
    train = centres[mode] + 0.45 * torch.randn(150, 2, generator=g)
    noise = torch.randn(130, 2, generator=g)
    return {"centres": centres, "train": train, "train_mode": mode, "noise": noise, "sd": 0.45}


def in_node(data: dict, settings: list[dict]) -> list[dict]:
    """Return the generated points and the scores of each setting, as the page computes them."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node to run JavaScript in")
    sent = {name: np.asarray(value).tolist() for name, value in data.items()}
    sent["trainMode"] = sent.pop("train_mode")
    script = Path(__file__).with_name("mode_scores_node.js")
    said = subprocess.run(
        [node, script],
        input=json.dumps({"data": sent, "settings": settings}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


def package(data: dict, fake: torch.Tensor) -> dict[str, float]:
    """Return the package's scores of generated points."""
    train, centres = data["train"].double(), data["centres"].double()
    logits = -(fake[:, None] - centres).square().sum(-1) / (2 * data["sd"] ** 2)
    four = precision_recall(train, fake)
    return {
        "fid": float(fid(train, fake)),
        "kid": float(kid(train, fake).mean),
        "is": float(inception_score(logits, 1).mean),
        **{n: float(getattr(four, n)) for n in ("precision", "recall", "density", "coverage")},
        "copied": float((torch.cdist(fake, train).amin(1) < 1e-6).double().mean()),
    }


def test_every_score_is_the_packages_wherever_the_controls_stand():
    data = arrays()
    spans = {}
    for chosen, said in zip(SETTINGS, in_node(data, SETTINGS), strict=True):
        fake = torch.tensor(said["fake"], dtype=torch.float64)
        expected = package(data, fake)
        for name, value in expected.items():
            assert said["scores"][name] == pytest.approx(value, rel=1e-5, abs=1e-5), (name, chosen)
            spans.setdefault(name, []).append(value)
    assert all(max(values) - min(values) > 0.3 for values in spans.values())  # they do move


def test_the_generator_keeps_blurs_and_copies():
    data = arrays()
    plain, wide, copied = in_node(
        data,
        [
            {"kept": [1, 4], "blur": 0, "memorised": 0},
            {"kept": [1, 4], "blur": 0.6, "memorised": 0},
            {"kept": [1, 4], "blur": 0.6, "memorised": 0.5},
        ],
    )
    at = data["centres"].double()[torch.tensor([1, 4])[torch.arange(130) % 2]]
    noise = data["noise"].double()
    for said, sd in ((plain, 0.45), (wide, 0.75)):  # 0.45² + 0.6² = 0.75²
        np.testing.assert_allclose(np.array(said["fake"]), at + sd * noise, atol=1e-6)
    train = {tuple(row) for row in data["train"].double().tolist()}
    assert [tuple(row) in train for row in copied["fake"]] == [True] * 65 + [False] * 65
    assert copied["scores"]["copied"] == 0.5


def test_without_a_mode_there_is_no_score():
    (nothing,) = in_node(arrays(), [{"kept": [], "blur": 0, "memorised": 0.5}])
    assert nothing == {"fake": [], "scores": None}


def lab(**changes) -> ModeDropping:
    """Return the explorable with some arguments changed."""
    given = arrays() | {"picture": Figure(), "caption": "Modes.", "alt": "Points."}
    return ModeDropping(**given | changes)


def test_it_starts_with_every_mode_and_can_be_moved():
    one = lab(blur=1)
    assert (one.kept, one.blur, one.memorised) == ([0, 1, 2, 3, 4, 5], 1.0, 0.0)
    one.kept = [3, 1]
    assert one.kept == [1, 3]
    one.kept = []
    assert lab(kept=[]).kept == []


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"kept": [0, 6]}, ValueError, r"kept: expected different modes from 0 to 5, got \[0, 6\]"),
        ({"kept": [1, 1]}, ValueError, "kept: expected different modes"),
        ({"blur": 3}, ValueError, "blur: expected a number from 0 to 2, got 3"),
        ({"memorised": -0.1}, ValueError, "memorised: expected a number from 0 to 1, got -0.1"),
        ({"memorised": True}, TypeError, "memorised: expected a number, got True"),
        ({"sd": 0}, ValueError, "sd: expected a positive number, got 0"),
        ({"train_mode": torch.zeros(150)}, ValueError, "train_mode: expected each mode from 0 to"),
        ({"noise": torch.zeros(3, 2)}, ValueError, "noise, train: expected at least 4 points"),
        ({"centres": torch.zeros(6, 3)}, ValueError, r"centres: expected shape \(K, 2\)"),
        ({"centres": torch.zeros(11, 2)}, ValueError, "centres: expected at most 10 modes, got 11"),
    ],
)
def test_it_refuses(changes, error, message):
    with pytest.raises(error, match=message):
        lab(**changes)
