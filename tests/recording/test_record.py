"""A sweep is recorded, broken off, gone on with, read, refused and trained again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gentutor import recording
from gentutor.data import ring
from gentutor.metrics.mode_coverage import mode_coverage
from gentutor.recording import Recording, check, read_recording, read_sweep, record
from gentutor.recording import cells as cells_module
from gentutor.recording.recheck import compare
from gentutor.training import train_gans


@pytest.fixture
def recorded(declared: Path) -> Path:
    return record(declared, jobs=1)


def test_a_recording_holds_what_its_gans_give(declared: Path, recorded: Path):
    found = read_recording(recorded)
    assert list(found.axes) == ["objective", "lr_ratio", "n_critic", "seed"]
    assert found.axes["lr_ratio"] == [0.5, 2.0]
    assert found.outcome.shape == (2, 2, 1, 3, 3)
    assert found.outcome.dtype == torch.float16
    assert found.outcomes == ("m20", "reverse_kl", "quality")
    sweep = read_sweep(declared)
    for place, cell in enumerate(sweep.cells()):
        x = train_gans(sweep.gans(cell), ring(), steps=3).sample(64, seed=1)
        coverage = mode_coverage(x, ring().centres, 0.1)
        outcome = found.outcome.view(4, 3, 3)[place]
        assert torch.equal(outcome[:, 0], coverage.m20.half())
        torch.testing.assert_close(outcome[:, 1], coverage.reverse_kl.half(), equal_nan=True)
        assert torch.equal(outcome[:, 2], coverage.quality.half())
        words = [found.verdicts[v] for v in found.verdict.view(4, 3)[place]]
        assert words == list(coverage.verdict)
    assert sorted(path.name for path in declared.parent.iterdir()) == [recorded.name, declared.name]


def test_two_processes_record_the_same_bits(recorded: Path, declared: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "small.yml").write_bytes(declared.read_bytes())
    again = record(other / "small.yml", jobs=2)
    with safe_open(again, "pt") as a, safe_open(recorded, "pt") as b:
        assert a.metadata() == b.metadata()  # versions, and a digest of every tensor's bytes


def test_what_was_done_before_a_break_is_not_done_again(declared: Path, monkeypatch):
    trained = []

    def until(last: int):
        def train(cell):
            if len(trained) == last:
                raise KeyboardInterrupt
            trained.append(cell.place)
            return original(cell)

        return train

    original = cells_module.train_cell
    monkeypatch.setattr(cells_module, "train_cell", until(3))
    with pytest.raises(KeyboardInterrupt):
        record(declared, jobs=1)
    with pytest.raises(
        FileNotFoundError, match=r"no recording at .* record it again: gentutor rec"
    ):
        read_recording(declared.with_suffix(".safetensors"))
    (declared.parent / ".small.cells" / "0001.safetensors").write_bytes(b"damaged")
    monkeypatch.setattr(cells_module, "train_cell", until(9))
    record(declared, jobs=1)
    assert trained == [0, 1, 2, 1, 3]
    record(declared, jobs=1)  # it stands
    assert len(trained) == 5


def test_ctrl_c_within_a_cell_leaves_no_half_of_it(declared: Path, monkeypatch):
    original = cells_module.train_gans

    def interrupted(*arguments, **options):
        return original(*arguments, **options, stop=lambda steps: steps == 2)

    monkeypatch.setattr(cells_module, "train_gans", interrupted)
    with pytest.raises(KeyboardInterrupt):
        record(declared, jobs=1)
    assert list((declared.parent / ".small.cells").iterdir()) == []


def test_a_killed_run_goes_on_where_it_stood(declared: Path, root: Path, monkeypatch):
    entries = yaml.safe_load(declared.read_text(encoding="utf-8")) | {"steps": 250}
    declared.write_text(yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "gentutor.cli", "record", str(declared), "--jobs", "1"]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(root)})
    folder = declared.parent / ".small.cells"
    deadline = time.monotonic() + 120
    while not list(folder.glob("0*")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    done = len(list(folder.glob("0*")))
    assert 0 < done < 4, "it was to be killed between its first cell and its last"
    count = []
    original = cells_module.train_cell
    monkeypatch.setattr(cells_module, "train_cell", lambda c: count.append(c) or original(c))
    found = read_recording(record(declared, jobs=1))
    assert len(count) == 4 - done
    assert found.outcome.shape == (2, 2, 1, 3, 3)


def test_a_changed_declaration_is_refused_and_recorded_anew(declared: Path, recorded: Path):
    first = read_recording(recorded)
    text = declared.read_text(encoding="utf-8")
    declared.write_text(text.replace("steps: 3", "steps: 4"), encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"was made of another declaration than .* record it again"
    ):
        read_recording(recorded)
    record(declared, jobs=1)
    assert read_recording(recorded).sweep["steps"] == 4
    assert first.sweep["steps"] == 3


def test_a_truncated_recording_is_refused_at_every_length(recorded: Path):
    whole = recorded.read_bytes()
    for cut in sorted({*range(9), *range(9, len(whole), len(whole) // 30), len(whole) - 1}):
        recorded.write_bytes(whole[:cut])
        with pytest.raises(ValueError, match=r"path: .* is damaged"):
            read_recording(recorded)


def test_a_recording_with_a_changed_bit_is_refused(recorded: Path):
    whole = recorded.read_bytes()
    for place in range(8, len(whole), len(whole) // 60):
        broken = bytearray(whole)
        broken[place] ^= 1 << place % 8
        recorded.write_bytes(broken)
        with pytest.raises(ValueError, match="path: "):
            read_recording(recorded)


def test_another_version_is_refused(recorded: Path):
    with safe_open(recorded, framework="pt") as file:
        header = file.metadata()
    save_file(load_file(recorded), recorded, metadata=header | {"format": "gentutor-recording-0"})
    with pytest.raises(
        ValueError, match=r"expected format gentutor-recording-1, .* has gentutor-re"
    ):
        read_recording(recorded)


def test_a_recheck_finds_the_same_bits_and_a_changed_number(recorded: Path, monkeypatch):
    found = check([recorded], 2, jobs=1, seed=0)
    assert [(each.kind, each.faults) for each in found] == [("bits", ())] * 2
    assert len(check([recorded], 99, jobs=1)) == 4
    original = read_recording(recorded)
    changed = Recording(**(vars(original) | {"outcome": original.outcome + 4}))
    monkeypatch.setattr(recording.recheck, "read_recording", lambda path: changed)
    assert all(each.faults for each in check([recorded], 4, jobs=1))
    elsewhere = Recording(**(vars(changed) | {"made_by": {"torch": "1.0"}}))
    monkeypatch.setattr(recording.recheck, "read_recording", lambda path: elsewhere)
    found = check([recorded], 4, jobs=1)
    assert {each.kind for each in found} == {"statistics"}
    assert all("m20: mean" in str(each) for each in found)


def test_statistics_forgive_what_seeds_do_and_not_another_mean():
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2, 10, 3, generator=generator) * torch.tensor([1.0, 0.2, 0.1])
    first, second = (torch.tensor([5.0, 0.5, 0.5]) + noise).half()
    assert compare(first, second, "statistics") == ()
    assert compare(first, first, "bits") == ()
    assert len(compare(first, second, "bits")) == 3
    moved = compare(first, second + torch.tensor([3.0, 0.0, 0.0]).half(), "statistics")
    assert [fault.partition(":")[0] for fault in moved] == ["m20"]
    wide = torch.tensor([[1.0, 0.5, 0.5], [9.0, 0.5, 0.5]]).repeat(8, 1)  # m20: 5 ± 4, 16 seeds
    for shift, faults in ((5.5, 0), (5.8, 1)):  # four standard errors of a difference are 5.66
        assert len(compare(wide, wide + torch.tensor([shift, 0, 0]), "statistics")) == faults
    nan = first.clone()
    nan[:, 1] = torch.nan
    assert compare(nan, nan, "bits") == ()
