"""The distortion lab's and the range explorable's numbers, in Node, against the package."""

import json
import math
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from torch import Tensor

from gentutor.data import photograph
from gentutor.metrics import ms_ssim, psnr, ssim, ssim_map
from gentutor.widgets import DistortionLab, RangeAndDtype
from gentutor.widgets.distortion_lab import DISTORTIONS
from gentutor.widgets.range_and_dtype import CHOICES


def node(x: Tensor, **case: object) -> dict:
    """Run the page's scripts on an image (1, 1, H, W); skip without Node, but not in CI."""
    path = shutil.which("node")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    height, width = x.shape[-2:]
    case = {"x": x.flatten().tolist(), "width": width, "height": height} | case
    script = Path(__file__).with_name("image_pairs_node.js")
    done = subprocess.run(
        [path, str(script)], input=json.dumps(case), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def bytes_of(name: str) -> Tensor:
    """Return a photograph as the page has it: bytes over 255."""
    return (255 * photograph(name, grey=True)).round() / 255


@pytest.mark.parametrize("equal", [0, 0.005])
@pytest.mark.parametrize("name", DISTORTIONS)
def test_every_number_is_the_packages(name: str, equal: float) -> None:
    x = bytes_of("camera")
    cases = [{"name": name, "strength": t, "mse": equal} for t in (0.1, 0.6)]
    for found in node(x, cases=cases)["found"]:
        y = torch.tensor(found["image"], dtype=torch.float64).view(x.shape)
        assert found["mse"] == pytest.approx(equal or float((x - y).square().mean()), rel=1e-9)
        assert found["psnr"] == pytest.approx(float(psnr(y, x, data_range=1)), abs=1e-9)
        assert found["ssim"] == pytest.approx(float(ssim(y, x, data_range=1)), abs=1e-9)
        assert found["msSsim"] == pytest.approx(float(ms_ssim(y, x, data_range=1)), abs=1e-9)
        whole = ssim_map(y, x, data_range=1).flatten().numpy()
        np.testing.assert_allclose(found["map"], whole, atol=1e-9)


def test_nothing_changes_at_strength_zero_and_identical_images_are_perfect() -> None:
    x = bytes_of("coffee")
    cases = [
        {"name": name, "strength": 0, "mse": equal} for name in DISTORTIONS for equal in (0, 1)
    ]
    answer = node(x, cases=cases)
    assert tuple(answer["names"]) == DISTORTIONS
    for found in answer["found"]:
        assert found["image"] == x.flatten().tolist()
        assert (found["mse"], found["psnr"]) == (0, "inf")
        assert found["ssim"] == pytest.approx(1, abs=1e-12)
        assert found["msSsim"] == pytest.approx(1, abs=1e-12)


def test_distortions_are_what_their_names_say() -> None:
    x = bytes_of("grass")
    cases = [{"name": name, "strength": 0.5} for name in DISTORTIONS]
    by_name = dict(zip(DISTORTIONS, node(x, cases=cases)["found"], strict=True))
    y = {
        k: torch.tensor(v["image"], dtype=torch.float64).view(256, 256) for k, v in by_name.items()
    }
    plane = x[0, 0]
    assert float((y["noise"] - plane).std()) == pytest.approx(0.15, rel=0.02)
    torch.testing.assert_close(y["brighter"], plane + 0.2)
    torch.testing.assert_close(y["more contrast"], plane + 0.5 * (plane - plane.mean()))
    torch.testing.assert_close(y["moved sideways"][:, :-4], plane[:, 4:])
    changed = y["salt and pepper"] != plane
    assert float(changed.double().mean()) == pytest.approx(0.1, abs=0.01)
    assert set(y["salt and pepper"][changed].tolist()) == {0.0, 1.0}
    assert float(y["blur"].diff().abs().mean()) < 0.3 * float(plane.diff().abs().mean())
    assert float(y["blur"].mean()) == pytest.approx(float(plane.mean()), abs=0.01)
    steps = y["JPEG-like blocks"].diff(dim=1).abs()
    seams, inside = steps[:, 7::8].mean(), steps[:, 3::8].mean()
    assert float(seams) > 1.15 * float(inside), "jumps between blocks"


def test_small_images_have_no_ms_ssim() -> None:
    x = photograph("camera", 175)
    answer = node(x, y=(x + 0.1).flatten().tolist())
    assert answer["compared"]["msSsim"] is None
    assert answer["compared"]["psnr"] == pytest.approx(20)


@pytest.mark.parametrize("stored", CHOICES["stored"])
@pytest.mark.parametrize("maximum", CHOICES["maximum"])
def test_each_range_gives_the_packages_number(stored: str, maximum: str) -> None:
    x = bytes_of("camera")[..., :64, :64]
    grain = torch.tensor(node(x)["noise"], dtype=torch.float64).view(x.shape)
    y = (x + 0.1 * grain).clamp(0, 1)
    how = {"stored": stored, "maximum": maximum, "arithmetic": "floating point"}
    answer = node(x, y=y.flatten().tolist(), readings=[how])
    (found,) = answer["readings"]
    kept = {
        "bytes, 0 to 255": lambda v: (255 * v).round(),
        "floats in [0, 1]": lambda v: v,
        "floats in [−1, 1]": lambda v: 2 * v - 1,
    }[stored]
    a, b = kept(x), kept(y)
    right = {CHOICES["stored"][0]: 255, CHOICES["stored"][1]: 1, CHOICES["stored"][2]: 2}[stored]
    top = float(a.max() - a.min()) if maximum.startswith("largest") else float(maximum)
    assert found["psnr"] == pytest.approx(float(psnr(b, a, data_range=top)), abs=1e-9)
    assert found["right"] == pytest.approx(float(psnr(b, a, data_range=right)), abs=1e-9)
    assert tuple(answer["stored"]) == CHOICES["stored"]


def test_bytes_wrap_around_as_torch_lets_them() -> None:
    x = bytes_of("camera")[..., :64, :64]
    y = (x + 0.2 * torch.tensor(node(x)["noise"], dtype=torch.float64).view(x.shape)).clamp(0, 1)
    hows = [
        {"stored": CHOICES["stored"][0], "maximum": "255", "arithmetic": way}
        for way in CHOICES["arithmetic"]
    ]
    found = node(x, y=y.flatten().tolist(), readings=hows)["readings"]
    a, b = ((255 * image).round().byte() for image in (x, y))
    difference = b - a  # in bytes
    expected = [
        (b.double() - a.double()).square().mean(),
        (difference * difference).double().mean(),
        difference.double().square().mean(),
    ]
    assert [one["mse"] for one in found] == pytest.approx([float(e) for e in expected])
    assert found[1]["psnr"] > found[0]["psnr"] + 5 > found[2]["psnr"] + 10


def lab(**changes: object) -> DistortionLab:
    """Return a lab of two small photographs."""
    images = {name: photograph(name, 176, grey=True)[0, 0] for name in ("camera", "grass")}
    given = {"images": images, "picture": Figure(), "caption": "One.", "alt": "Three."}
    return DistortionLab(**given | changes)


def test_images_travel_as_bytes_and_traits_can_be_set() -> None:
    one = lab()
    assert one.arrays["images"]["shape"] == [2, 176, 176]
    first = np.frombuffer(one.arrays["images"]["data"], np.uint8)[: 176 * 176]
    pixels = photograph("camera", 176).numpy().ravel()
    np.testing.assert_array_equal(first, np.rint(255 * pixels))
    one.photograph, one.distortion, one.equal_error = "grass", "blur", True
    assert one.names == ["camera", "grass"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": {}}, "images: expected at least one, got none"),
        ({"images": {"a": np.zeros((99, 99))}}, "images: expected squares of one size, 176 or"),
        ({"images": {"a": np.zeros((200, 180))}}, "images: expected squares of one size, 176 or"),
        (
            {"images": {"a": np.zeros((200, 200)), "b": np.zeros((180, 180))}},
            "got (180, 180), (200, 200)",
        ),
        ({"images": {"a": np.full((200, 200), 2.0)}}, "images: expected values in [0, 1]"),
        ({"distortion": "fog"}, "distortion: expected one of noise, blur, "),
        ({"strength": 1.5}, "strength: expected a number from 0 to 1, got 1.5"),
        ({"strength": math.nan}, "strength: expected a number from 0 to 1, got nan"),
        ({"mse": 0}, "mse: expected a number between 0 and 1, got 0"),
    ],
)
def test_the_lab_refuses(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        lab(**changes)
    with pytest.raises(TypeError, match="strength: expected a number, got '1'"):
        lab(strength="1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": np.zeros((8, 9))}, "image: expected shape (S, S), got (8, 9)"),
        ({"image": np.full((8, 8), 255.0)}, "image: expected values in [0, 1]"),
        ({"stored": "float16"}, "stored: expected one of bytes, 0 to 255, "),
        ({"maximum": "100"}, "maximum: expected one of 255, 2, 1"),
        ({"arithmetic": "int8"}, "arithmetic: expected one of floating point"),
        ({"noise": 0}, "noise: expected a number from 0.01 to 0.3, got 0"),
    ],
)
def test_the_range_explorable_refuses(changes: dict, message: str) -> None:
    given = {"image": np.zeros((8, 8)), "picture": Figure(), "caption": "One.", "alt": "Two."}
    with pytest.raises(ValueError, match=re.escape(message)):
        RangeAndDtype(**given | changes)
    with pytest.raises(TypeError, match="noise: expected a number, got '1'"):
        RangeAndDtype(**given | {"noise": "1"})
