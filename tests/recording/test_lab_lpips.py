"""The distortion lab's recorded LPIPS, against the package's on pictures that the lab makes now."""

import json

import pytest
import torch

from gentutor import metrics
from gentutor.metrics.networks.efficientnet import efficientnet_extractor
from gentutor.recording import lab_lpips
from gentutor.recording.lab_lpips import FILE, PHOTOGRAPHS, STRENGTHS, recorded
from gentutor.widgets.distortion_lab import DISTORTIONS


@pytest.fixture(scope="module")
def net():
    """Return the network, loaded once."""
    return efficientnet_extractor()


def test_the_file_is_small_and_names_its_origin(net):
    found = recorded()
    assert FILE.stat().st_size < 10_000
    assert found.about["command"] == "python -m gentutor.recording.lab_lpips"
    assert found.about["weight_hash"] == net.weight_hash
    assert json.loads(found.about["distortions"]) == list(DISTORTIONS)
    assert tuple(found.values) == PHOTOGRAPHS
    assert torch.equal(found.strengths, torch.tensor(STRENGTHS))


@pytest.mark.parametrize(("name", "place"), [("camera", 7), ("grass", 3)])
def test_values_are_the_packages_for_what_the_page_draws(net, name, place):
    x = lab_lpips.grey_bytes(name)
    _, images = lab_lpips.distorted(x, (STRENGTHS[place],))
    shown = images.flatten(0, 2)[:, None].clamp(0, 1).repeat(1, 3, 1, 1)
    reference = x.float().repeat(1, 3, 1, 1)
    kept = recorded().values[name][..., place].flatten()
    for one, value in zip(shown.split(1), kept, strict=True):
        maps = [net(image, value_range=(0, 1)).maps for image in (one, reference)]
        assert metrics.lpips(*maps, net.heads).item() == pytest.approx(float(value), rel=2e-3)


def test_distances_grow_with_the_strength_and_noise_held_at_one_error_stays():
    found = recorded().values
    for values in found.values():
        assert (values > 0).sum() >= values.numel() - 12  # less than half a pixel sideways is none
        as_it_is = values[:, 0]
        assert (as_it_is[:, -1] > as_it_is[:, 3]).all()
        noise = values[DISTORTIONS.index("noise"), 1]
        assert float(noise.max() - noise.min()) < 1e-3
