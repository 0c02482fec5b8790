"""Declarations: what their GANs are, and what is refused by name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gentutor.recording import Sweep, read_sweep
from gentutor.training import GANSettings


def test_a_cell_is_the_settings_that_the_file_declares(declared: Path):
    sweep = read_sweep(declared)
    assert sweep.shape == (2, 2, 1, 3)
    cells = list(sweep.cells())
    assert [(c["objective"], c["lr_ratio"]) for c in cells] == [
        ("hinge", 0.5),
        ("hinge", 2.0),
        ("wgan_gp", 0.5),
        ("wgan_gp", 2.0),
    ]
    common = {"hidden": (8,), "batch_size": 8, "lr_g": 0.01}
    assert sweep.gans(cells[1]) == [
        GANSettings("hinge", seed=s, lr_d=0.02, **common) for s in range(3)
    ]
    assert sweep.gans(cells[2])[0] == GANSettings("wgan_gp", lr_d=0.005, gp_weight=0.5, **common)
    assert Sweep(**sweep.config) == sweep


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"target": "moons"}, ValueError, "target: expected one of ring, grid; got 'moons'"),
        ({"steps": 0}, ValueError, "steps: expected an integer >= 1, got 0"),
        ({"samples": 2.5}, TypeError, r"samples: expected an integer, got 2\.5"),
        ({"speed": 1}, ValueError, "expected target, .* got 'speed'"),
        ({"axes": [1]}, TypeError, r"axes: expected a mapping, got \[1\]"),
        ({"axes": {"seed": 3}}, TypeError, "axes: seed: expected a list of values, got 3"),
        ({"axes": {"seed": [1, 1]}}, ValueError, r"axes: seed: expected distinct values, got \[1"),
        ({"axes": {"n_critic": [1]}}, ValueError, r"axes: expected seed as the last one, got \['n"),
        (
            {"axes": {"n_critic": [0], "seed": [0]}, "overrides": {}},
            ValueError,
            "n_critic: expected an integer >= 1",
        ),
        ({"settings": {"wings": 2}}, TypeError, "settings: .*unexpected keyword argument 'wings'"),
        (
            {"overrides": {"objective": {"r1": {}}}},
            ValueError,
            "expected a value of axis objective",
        ),
        ({"overrides": {"colour": {"red": {}}}}, ValueError, "expected a value of axis colour"),
    ],
)
def test_a_wrong_entry_is_named_with_the_file(
    small: dict[str, Any], change, error, message, tmp_path
):
    path = tmp_path / "wrong.yml"
    path.write_text(yaml.safe_dump(small | change, sort_keys=False), encoding="utf-8")
    with pytest.raises(error, match=message) as caught:
        read_sweep(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("missing", ["target", "steps", "samples", "axes"])
def test_what_is_missing_is_named(small: dict[str, Any], missing: str, tmp_path: Path):
    path = tmp_path / "wrong.yml"
    del small[missing]
    path.write_text(yaml.safe_dump(small), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{missing} is missing"):
        read_sweep(path)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("a: [", ValueError, "is no YAML"),
        ("- 1", TypeError, "expected a mapping"),
        ("", TypeError, "expected a mapping"),
    ],
)
def test_a_file_that_is_no_declaration_is_refused(text, error, message, tmp_path: Path):
    path = tmp_path / "wrong.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_sweep(path)
    with pytest.raises(FileNotFoundError, match="no file at"):
        read_sweep(tmp_path / "none.yml")
