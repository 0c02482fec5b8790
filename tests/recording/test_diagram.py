"""A recording on its way into the lab, whole or spoilt."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gentutor.recording import phase_diagram, read_recording, record
from gentutor.widgets import ModeCollapseLab


def missing(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def tampered(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[-2] ^= 4
    path.write_bytes(whole)


def another_version(path: Path) -> None:
    with safe_open(path, framework="pt") as file:
        header = file.metadata()
    save_file(load_file(path), path, metadata=header | {"format": "gentutor-recording-0"})


def lab(recorded) -> ModeCollapseLab:
    return ModeCollapseLab(picture=Figure(), caption="A.", alt="B.", recorded=recorded)


def test_the_lab_carries_every_recorded_number(declared: Path):
    path = record(declared, jobs=1)
    kept, shown = read_recording(path), lab(phase_diagram(path))
    assert shown.recorded["steps"] == 3
    assert shown.recorded["lr_ratio"] == [0.5, 2.0]
    assert shown.recorded["settings"] == {"wgan_gp": {"gp_weight": 0.5}}
    assert shown.arrays["verdict"]["data"] == kept.verdict.numpy().tobytes()
    for i, name in enumerate(kept.outcomes):
        packed = shown.arrays[name]
        assert packed["shape"] == list(kept.verdict.shape)
        values = np.frombuffer(packed["data"], "<f2").reshape(packed["shape"])
        expected = kept.outcome[..., i].numpy()
        np.testing.assert_array_equal(values, np.where(np.isnan(expected), -1, expected))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (missing, "no recording at"),
        (truncated, "is damaged"),
        (tampered, "is damaged"),
        (another_version, "expected format gentutor-recording-1"),
    ],
)
def test_a_spoilt_recording_is_a_sentence_in_the_lab(declared: Path, spoil: Callable, why: str):
    path = record(declared, jobs=1)
    spoil(path)
    sentence = phase_diagram(path)
    assert isinstance(sentence, str)
    assert sentence.startswith("No recorded runs: path: ")
    assert why in sentence
    assert lab(sentence).recorded == {"missing": sentence}


def test_an_outcome_that_no_run_can_have_is_refused(declared: Path):
    found = phase_diagram(record(declared, jobs=1))
    with pytest.raises(ValueError, match="recorded: expected quality from 0 to 1, got"):
        lab(found | {"quality": found["quality"] + 2})
    with pytest.raises(ValueError, match="m20: expected shape"):
        lab(found | {"m20": found["m20"][0]})
