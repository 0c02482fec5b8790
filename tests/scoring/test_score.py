"""Scores are those of the metrics and of torch-fidelity, whatever the source and the workers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from distributed import LocalCluster
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

from gentutor.metrics import measure, precision_recall
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.metrics.networks.features import extract
from gentutor.scoring import METRICS, Report, score, stats
from gentutor.scoring.networks import resized

SETS = ("fid", "kid", "is", "precision-recall")
PAIRS = ("psnr", "lpips")


def values(report: Report) -> dict[str, float]:
    """Return metric -> value."""
    return {one.metric: one.value for one in report.scores}


def images(folder: Path) -> Tensor:
    """Return a folder's images, read without the package."""
    arrays = [np.array(Image.open(path)) for path in sorted(folder.iterdir())]
    return torch.from_numpy(np.stack(arrays))[:, None]


def features(folder: Path) -> tuple[Tensor, Tensor]:
    found = extract(digits_extractor(), images(folder), value_range=(0, 255), batch=4)
    assert found.logits is not None
    return found.features, found.logits


def test_sets_get_the_numbers_of_torch_fidelity(both):
    found = values(score(*both, SETS, "digits", batch=4, jobs=1))
    (real, _), (fake, logits) = map(features, both)
    moments = [fid_features_to_statistics(one) for one in (fake, real)]
    expected = fid_statistics_to_metric(*moments, False)
    options = {"verbose": False, "kid_subset_size": 40}
    expected |= kid_features_to_metric(fake, real, **options)
    expected |= isc_features_to_metric(logits)
    expected |= prc_features_to_metric(fake, real, verbose=False)
    names = {
        "FID": "frechet_inception_distance",
        "KID": "kernel_inception_distance_mean",
        "IS": "inception_score_mean",
        "precision": "precision",
        "recall": "recall",
    }
    for ours, theirs in names.items():
        assert found[ours] == pytest.approx(expected[theirs], rel=1e-6, abs=1e-6), ours
    assert 0 < found["coverage"] <= 1
    assert 0.2 < found["precision"] < 1  # a folder against itself would have 1


def test_subsets_are_drawn_as_torch_fidelity_draws_them(both, monkeypatch):
    monkeypatch.setattr("gentutor.scoring.of_sets.SUBSET_SIZE", 15)
    report = score(*both, ["kid"], "digits", batch=4, jobs=1)
    (real, _), (fake, _) = map(features, both)
    theirs = kid_features_to_metric(fake, real, verbose=False, kid_subset_size=15)
    mean, std = (theirs[f"kernel_inception_distance_{name}"] for name in ("mean", "std"))
    assert values(report)["KID"] == pytest.approx(mean, rel=2e-6)  # its products are float32
    assert report.scores[0].std == pytest.approx(std, rel=1e-5)
    assert report.options["KID"] == {"subsets": 100, "subset_size": 15}


def test_sets_of_unequal_size_are_told_apart(lay: Callable[..., Path]):
    real, fake = lay("real"), lay("generated", 1, count=12)
    report = score(real, fake, ["kid", "precision-recall"], "digits", batch=4, jobs=1)
    assert report.options["KID"] == {"subsets": 100, "subset_size": 12}
    found = values(report)
    expected = precision_recall(features(real)[0], features(fake)[0], k=3)
    for name in ("precision", "recall", "density", "coverage"):
        assert found[name] == pytest.approx(float(getattr(expected, name)), abs=1e-12), name
    assert found["precision"] != found["recall"]


def test_pairs_get_the_numbers_of_measure(both):
    report = score(*both, PAIRS, "digits", batch=4, jobs=1)
    for one in report.scores:
        expected = measure(one.metric.lower(), *both, "digits", batch=4)
        assert one.value == pytest.approx(expected.value, rel=1e-12)
        assert one.std == pytest.approx(expected.std, rel=1e-12)
        assert (one.n_fake, one.paired, one.weight_hash) == (40, True, expected.weight_hash)


def test_ssim_of_pairs_in_colour(tmp_path):
    generator = np.random.default_rng(0)
    for name in ("real", "generated"):
        (tmp_path / name).mkdir()
        for i in range(3):
            noise = generator.integers(0, 256, (176, 180, 3), np.uint8)
            Image.fromarray(noise).save(tmp_path / name / f"{i}.png")
    folders = tmp_path / "real", tmp_path / "generated"
    for one in score(*folders, ["ssim", "ms-ssim"], jobs=1).scores:
        assert one.value == pytest.approx(measure(one.metric.lower(), *folders).value, rel=1e-6)
        assert one.network == "pixels"


def test_identical_pairs_have_infinite_psnr(both, tmp_path):
    report = score(both[0], both[0], ["psnr"], jobs=1, out=tmp_path / "same.json")
    assert values(report) == {"PSNR": float("inf")}
    assert '"inf"' in (tmp_path / "same.json").read_text()


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Return the address of a scheduler with two workers."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local:
        yield local.scheduler_address


def test_processes_and_machines_change_no_bit(both, cluster):
    metrics = (*SETS, *PAIRS)
    alone = score(*both, metrics, "digits", batch=4, jobs=1)
    assert alone.scores == score(*both, metrics, "digits", batch=4, jobs=2).scores
    assert alone.scores == score(*both, metrics, "digits", batch=4, jobs=99).scores
    assert alone.scores == score(*both, metrics, "digits", batch=4, cluster=cluster).scores


def test_threads_that_are_not_forked_change_no_bit(both):
    alone = score(*both, ["fid"], "digits", batch=4, jobs=1, threads=2)
    assert alone.scores == score(*both, ["fid"], "digits", batch=4, jobs=2, threads=2).scores


def written(kind: str, folder: Path, tmp_path: Path) -> Path:
    """Write a folder's images or features in another form."""
    x = images(folder)
    found, logits = features(folder)
    path = tmp_path / f"{folder.name}.{'npz' if 'npz' in kind else 'safetensors'}"
    label = {"network": "digits", "weight_hash": digits_extractor().weight_hash, "resize": "none"}
    match kind:
        case "npz of images":
            np.savez(path, x.permute(0, 2, 3, 1).numpy())
        case "compressed npz":
            np.savez_compressed(path, images=x[:, 0].numpy(), labels=np.arange(len(x)))
        case "npz of features":
            np.savez(path, features=found.numpy(), logits=logits.numpy())
        case "safetensors of images":
            save_file({"images": x}, path)
        case "safetensors of features":
            save_file({"features": found, "logits": logits}, path, metadata=label)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        *("npz of images", "compressed npz", "npz of features"),
        *("safetensors of images", "safetensors of features"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_source_gives_the_same(kind: str, jobs: int, both, tmp_path):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    files = [written(kind, folder, tmp_path) for folder in both]
    found = score(*files, SETS, "digits", batch=4, jobs=jobs, out=tmp_path / "of_files.json")
    assert values(found) == values(expected)
    known = "digits" if kind != "npz of features" else "unknown"
    assert {one.network for one in found.scores} == {known}
    if "images" in kind or "compressed" in kind:
        assert (found.real.content, found.generated.content) == (
            *(expected.real.content, expected.generated.content),
        )
    assert not list(tmp_path.glob(".*"))  # nothing that was unpacked stays


def test_statistics_stand_in_for_a_folder(both, tmp_path):
    expected = score(*both, SETS, "digits", batch=4, jobs=1)
    stats(both[0], tmp_path / "moments.safetensors", "digits", batch=4, jobs=1)
    stats(both[0], tmp_path / "whole.safetensors", "digits", batch=4, jobs=1, features=True)
    found = score(tmp_path / "whole.safetensors", both[1], SETS, "digits", batch=4, jobs=1)
    assert found.scores == expected.scores
    assert found.real.content == expected.real.content
    found = score(tmp_path / "moments.safetensors", both[1], ["fid"], "digits", batch=4, jobs=1)
    [fid] = found.scores
    assert fid.value == pytest.approx(values(expected)["FID"], rel=1e-7)  # another route
    assert fid.n_real == 40


def test_images_are_resized_before_the_network_and_the_label_says_so(tmp_path):
    for name in ("real", "generated"):
        (tmp_path / name).mkdir()
        for i in range(6):
            flat = np.full((20, 16), 40 * i, np.uint8)
            Image.fromarray(flat).save(tmp_path / name / f"{i}.png")
    report = score(tmp_path / "real", tmp_path / "generated", ["fid"], "digits", resize="8", jobs=1)
    assert report.scores[0].resize == "bicubic 8 x 8"
    assert values(report)["FID"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("size", [(64, 48), (5, 6)])
def test_resizing_is_pillows(size: tuple[int, int]):
    noise = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
    exact = Image.fromarray(noise.astype(np.float32))  # of bytes Pillow rounds what comes between
    expected = np.array(exact.resize((8, 8), Image.Resampling.BICUBIC)).clip(0, 255)
    found = resized(torch.from_numpy(noise)[None, None], 8)[0, 0]
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-2)


def test_inception_score_alone_looks_at_no_real_image(both, tmp_path):
    (both[0] / "bad.png").write_bytes(b"no image")
    [one] = score(*both, ["is"], "digits", batch=4, jobs=1).scores
    assert (one.n_real, one.n_fake) == (0, 40)


def test_every_metric_is_named():
    assert set(METRICS) == {*SETS, *PAIRS, "ssim", "ms-ssim"}


def test_the_result_names_what_it_depends_on(both):
    report = score(*both, ["fid", "precision-recall"], "digits", batch=4, jobs=1)
    [fid, *_] = report.scores
    assert fid.weight_hash == digits_extractor().weight_hash
    assert (fid.name, fid.n_real, fid.n_fake, fid.resize) == ("FD-digits", 40, 40, "none")
    assert report.options["recall"] == {"k": 3}
    assert report.versions["torch"] == torch.__version__
    assert (report.batch, report.threads) == (4, 1)


def test_folders_and_arrays_pair_by_place(both, tmp_path, lay: Callable[..., Path]):
    file = written("npz of images", both[1], tmp_path)
    expected = values(score(*both, PAIRS, "digits", batch=4, jobs=1))
    assert values(score(both[0], file, PAIRS, "digits", batch=4, jobs=1)) == expected
