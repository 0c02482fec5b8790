"""What cannot be scored is refused with the name of the file, or left out and counted."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from gentutor.metrics.networks.digits import DigitsNet
from gentutor.metrics.networks.trunks import Trunk
from gentutor.scoring import score, stats

GREY = np.zeros((8, 8), np.uint8)


def spoil(kind: str, path: Path) -> None:
    """Put a bad image in a file's place."""
    match kind:
        case "unreadable":
            path.write_bytes(b"\x89PNG but no more")
        case "truncated":
            path.write_bytes(path.read_bytes()[:-30])
        case "size":
            Image.fromarray(np.zeros((9, 8), np.uint8)).save(path)
        case "mode":
            Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path)
        case "animated":
            frames = [Image.fromarray(GREY + i) for i in range(3)]
            frames[0].save(path, save_all=True, append_images=frames[1:])
        case "16 bits":
            Image.fromarray(np.zeros((8, 8), np.uint16)).save(path)


KINDS = {
    "unreadable": "cannot read",
    "truncated": "cannot read",
    "size": "expected images of one size and mode, 8 x 8 grey, got 8 x 9 grey",
    "mode": "expected images of one size and mode, 8 x 8 grey, got 8 x 8 RGB",
    "animated": "expected still images, got 3 frames",
    "16 bits": "expected grey or RGB of 8 bits, got mode I;16",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_image_is_named_and_left_out_only_when_asked(kind, jobs, both, tmp_path):
    bad = both[1] / "007.png"
    spoil(kind, bad)
    out = tmp_path / "report.json"
    with pytest.raises(ValueError, match="--skip") as caught:
        score(*both, ["fid"], "digits", batch=4, jobs=jobs, out=out)
    assert KINDS[kind] in str(caught.value)
    assert str(bad) in str(caught.value)
    assert str(caught.value).startswith("generated: ")
    assert not out.exists()
    report = score(*both, ["fid"], "digits", batch=4, jobs=jobs, out=out, skip=True)
    assert report.generated.images == report.scores[0].n_fake == 39
    assert len(report.generated.skipped) == 1
    assert str(bad) in report.generated.skipped[0]
    assert (report.real.images, report.real.skipped) == (40, ())
    bad.unlink()
    alone = score(*both, ["fid"], "digits", batch=4, jobs=1)
    assert report.scores[0].value == pytest.approx(alone.scores[0].value, rel=1e-5)


def test_a_pair_with_a_bad_image_is_left_out_whole(both):
    spoil("size", both[1] / "007.png")
    spoil("unreadable", both[0] / "030.png")
    report = score(*both, ["psnr"], jobs=1, batch=4, skip=True)
    assert report.scores[0].n_fake == 38
    assert len(report.generated.skipped) == 2
    for folder, name in zip(both, ("030.png", "007.png"), strict=True):
        (folder / name).unlink()
        other = both[1] if folder == both[0] else both[0]
        (other / name).unlink()
    assert report.scores[0].value == pytest.approx(score(*both, ["psnr"], jobs=1).scores[0].value)


def test_the_first_image_may_be_bad_too(both):
    spoil("unreadable", both[0] / "000.png")
    with pytest.raises(ValueError, match=r"real: cannot read .*000.png.*--skip"):
        score(*both, ["fid"], "digits", jobs=1)
    assert score(*both, ["fid"], "digits", jobs=1, skip=True).real.images == 39


def test_folders_without_a_usable_image(both, tmp_path):
    for file in both[0].iterdir():
        spoil("unreadable", file)
    with pytest.raises(ValueError, match=r"real: none of 40 files in .* is usable"):
        score(*both, ["fid"], "digits", jobs=1, skip=True)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"real: expected images .*got none in .*empty"):
        score(tmp_path / "empty", both[1], ["fid"], "digits")
    with pytest.raises(FileNotFoundError, match="generated: no folder at"):
        score(both[1], tmp_path / "nowhere", ["fid"], "digits")


def test_names_that_do_not_pair(both):
    (both[1] / "007.png").rename(both[1] / "x.png")
    with pytest.raises(ValueError, match=r"generated: expected a file for each of real's.*007"):
        score(*both, ["psnr"])


def test_an_address_that_does_not_answer(both):
    with pytest.raises(ConnectionError, match="cluster: no Dask scheduler answers"):
        score(*both, ["fid"], "digits", cluster="tcp://127.0.0.1:9")


def test_statistics_of_another_network(both, tmp_path):
    file = tmp_path / "real.safetensors"
    stats(both[0], file, "digits", jobs=1)
    with pytest.raises(
        ValueError, match=r"real: expected weight_hash .*, as generated has, got c9"
    ):
        score(file, both[1], ["fid"], DigitsNet(), jobs=1)
    with pytest.raises(ValueError, match="real: expected resize bicubic 8 x 8, as generated has"):
        score(file, both[1], ["fid"], "digits", resize="8", jobs=1)
    with pytest.raises(ValueError, match="real: expected statistics with features, got moments"):
        score(file, both[1], ["kid"], "digits", jobs=1)
    with pytest.raises(ValueError, match=r"real: expected images, .* got features"):
        score(file, both[1], ["psnr"], "digits", jobs=1)
    raw = bytearray(file.read_bytes())
    raw[-5] ^= 1
    file.write_bytes(raw)
    with pytest.raises(ValueError, match=r"real: .*real.safetensors is damaged"):
        score(file, both[1], ["fid"], "digits", jobs=1)


def test_a_changed_bit_in_any_tensor_of_statistics_is_refused(both, tmp_path):
    file = tmp_path / "real.safetensors"
    stats(both[0], file, "digits", jobs=1, features=True)
    whole = file.read_bytes()
    begin = 8 + int.from_bytes(whole[:8], "little")
    entries = json.loads(whole[8:begin])
    tensors = {name: entry for name, entry in entries.items() if name != "__metadata__"}
    assert set(tensors) == {"mean", "scatter", "features", "logits"}
    for entry in tensors.values():
        raw = bytearray(whole)
        raw[begin + entry["data_offsets"][0]] ^= 1
        file.write_bytes(raw)
        with pytest.raises(ValueError, match=r"real: .*real.safetensors is damaged"):
            score(file, both[1], ["fid"], "digits", jobs=1)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([{}], object), "cannot read .*allow_pickle|Python objects"),
        (np.zeros((3, 8, 8), np.float32), "expected uint8 images, .* got torch.float32 images"),
        (np.zeros((3, 8, 8, 4), np.uint8), "expected 1 or 3 channels, got 4"),
        (np.zeros((3, 8), np.int32), "expected uint8 images or float features, got int32"),
        (np.zeros((0, 8), np.float32), "got shape"),
        (np.full((3, 8), np.nan, np.float32), "expected finite values"),
    ],
)
def test_arrays_that_are_neither_images_nor_features(array, message, both, tmp_path):
    np.savez(tmp_path / "x.npz", array)
    with pytest.raises(ValueError, match=f"real: .*({message})"):
        score(tmp_path / "x.npz", both[1], ["fid"], "digits", jobs=1)


def test_files_that_are_no_archives(both, tmp_path):
    for name in ("x.npz", "x.safetensors"):
        (tmp_path / name).write_bytes(b"no archive")
        with pytest.raises(ValueError, match=f"real: expected .*{name}"):
            score(tmp_path / name, both[1], ["fid"], "digits")
        with pytest.raises(FileNotFoundError, match="real: no file at"):
            score(tmp_path / f"no{name}", both[1], ["fid"], "digits")
    save_file({"a": torch.zeros(2), "b": torch.zeros(2)}, tmp_path / "x.safetensors")
    with pytest.raises(
        ValueError, match="real: expected arrays named images or features, got a, b"
    ):
        score(tmp_path / "x.safetensors", both[1], ["fid"], "digits")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["fit"]}, "metric: expected one of fid, .*; got 'fit'"),
        ({"metrics": []}, "metric: expected some of"),
        ({"network": "vgg"}, "weights: expected a file for vgg, got none"),
        ({"network": "resnet"}, "network: expected one of digits"),
        ({"resize": "small"}, "resize: expected a side in pixels, got 'small'"),
        ({"resize": "9"}, r"real: expected images of 8 x 8 for digits, got 9 x 9; --resize 8"),
        ({"batch": 0}, "batch: expected an integer >= 1, got 0"),
        ({"jobs": 0}, "jobs: expected an integer >= 1, got 0"),
        ({"metrics": ["is"], "network": Trunk("vgg"), "resize": "16"}, "expected one with a class"),
        ({"metrics": ["ssim"]}, "generated: ssim: expected images of at least 11 pixels"),
    ],
)
def test_arguments_are_named_before_the_work_begins(options, message, both):
    with pytest.raises(ValueError, match=message):
        score(*both, **{"metrics": ["fid"], "network": "digits"} | options)


def test_a_folder_for_the_report_must_exist(both, tmp_path):
    with pytest.raises(FileNotFoundError, match="out: no folder at"):
        score(*both, ["fid"], "digits", out=tmp_path / "no" / "report.json")
    with pytest.raises(ValueError, match=r"out: expected a name that ends in .safetensors"):
        stats(both[0], tmp_path / "real.npz", "digits")
