"""The recorded features: what the file says of itself, and a few rows made again."""

import pytest
import torch
from safetensors import safe_open

from gentutor.metrics.networks.efficientnet import efficientnet_extractor
from gentutor.metrics.networks.features import extract
from gentutor.recording import distortions
from gentutor.recording.metric_matrix import DIRECTIONS, FILE, project, recorded, with_copies


@pytest.fixture(scope="module")
def images() -> dict[str, torch.Tensor]:
    """Return every set of crops."""
    return distortions.sets()


def test_the_file_is_small_and_names_its_origin():
    found = recorded()
    assert FILE.stat().st_size < 6e6
    assert found.about["command"] == "python -m gentutor.recording.metric_matrix"
    assert {"torch", "scikit-image", "pillow", "weight_hash"} <= found.about.keys()
    assert 0.85 < float(found.about["kept"]) <= 1
    assert found.about["weight_hash"] == efficientnet_extractor().weight_hash
    assert set(found.lpips) == set(distortions.PAIRED)
    assert set(found.features) == set(found.inception_score)
    assert {tuple(x.shape) for x in found.features.values()} == {(512, DIRECTIONS)}


@pytest.mark.parametrize("name", ["real", "fresh", "blur", "JPEG", "other domain"])
def test_a_few_rows_come_out_again(images, name):
    net = efficientnet_extractor()
    with safe_open(FILE, "pt") as file:
        kept = file.get_tensor(f"features/{name}")[::128]
        centre, basis = file.get_tensor("centre"), file.get_tensor("basis")
    features = extract(net, images[name][::128], value_range=(0, 1)).features
    again = project(features, centre, basis)
    apart = (again.float() - kept.float()).norm(dim=1)
    assert float((apart / kept.float().norm(dim=1)).max()) < 0.02  # the recording is in float16


def test_the_distortions_do_what_they_say(images):
    fresh = images["fresh"]
    assert all(x.shape == (512, 3, 64, 64) for x in images.values())
    assert all(float(x.min()) >= 0 and float(x.max()) <= 1 for x in images.values())
    assert torch.equal(images["shift"][..., 4:, 4:], fresh[..., :-4, :-4])
    spread = {n: float(images[n].std((1, 2, 3)).mean()) for n in ("fresh", "contrast", "noise")}
    assert spread["contrast"] == pytest.approx(spread["fresh"] / 2, rel=1e-4)
    torch.testing.assert_close(images["contrast"] - 0.5, (fresh - 0.5) / 2)  # about the middle
    assert spread["noise"] > spread["fresh"]
    steps = {n: float(images[n].diff(dim=-1).abs().mean()) for n in ("fresh", "blur", "JPEG")}
    assert steps["blur"] < 0.7 * steps["fresh"]
    assert not torch.equal(images["JPEG"], fresh)
    turned = distortions.rotate(fresh[:1], 90)
    torch.testing.assert_close(turned, fresh[:1].rot90(1, (-2, -1)), atol=1e-4, rtol=0)
    assert torch.allclose(
        distortions.rotate(distortions.rotate(fresh[:1], 90), -90), fresh[:1], atol=1e-4
    )


def test_copies_are_rows_of_other_sets(images):
    made = with_copies(images)
    known = made["64 memorised"].flatten(1).unique(dim=0)
    assert len(known) == 64
    assert torch.equal(made["memorised"], images["real"])
    assert torch.equal(made["mixed"][:256], images["fresh"][:256])
    assert torch.equal(made["mixed"][256:], images["other domain"][256:])
    assert len(made["one a mode"].flatten(1).unique(dim=0)) == 4
