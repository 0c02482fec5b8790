"""The distortion lab and the range explorable in a page: numbers, keys, a reader's own picture."""

import io

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from gentutor.data import photograph
from gentutor.metrics import ms_ssim, psnr, ssim
from gentutor.recording.lab_lpips import STRENGTHS, recorded
from gentutor.widgets import DistortionLab, RangeAndDtype
from gentutor.widgets.distortion_lab import DISTORTIONS

WORDS = {"picture": Figure(), "caption": "One photograph.", "alt": "A photograph."}


@pytest.fixture
def lab():
    images = {name: photograph(name, grey=True)[0, 0] for name in ("camera", "grass")}
    kept = recorded()
    values = {name: kept.values[name] for name in images}
    given = {"lpips": values, "strengths": kept.strengths}
    return DistortionLab(images=images, distortion="brighter", strength=0.5, **given, **WORDS)


def grey(tab, index: int) -> np.ndarray:
    """Return a canvas's grey values in [0, 1]."""
    data = tab.locator("canvas").nth(index).evaluate(
        """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
            return [width, ...data.filter((_, i) => i % 4 == 0)];
        }"""
    )  # fmt: skip
    return np.array(data[1:]).reshape(-1, int(data[0])) / 255


def check(numbers: dict[str, str], x: torch.Tensor, y: torch.Tensor) -> None:
    """Hold the readout against the package."""
    assert float(numbers["PSNR"].removesuffix(" dB")) == pytest.approx(
        float(psnr(y, x, data_range=1)), abs=0.0051
    )
    assert float(numbers["SSIM"]) == pytest.approx(float(ssim(y, x, data_range=1)), abs=6e-5)
    assert float(numbers["MS-SSIM"]) == pytest.approx(float(ms_ssim(y, x, data_range=1)), abs=6e-5)


def test_the_numbers_are_pythons_and_keys_move_the_strength(show, lab, numbers):
    tab = show(lab)
    x = (255 * photograph("camera")).round() / 255
    check(numbers(tab), x, x + 0.2)
    strength = tab.get_by_role("slider", name="Strength")
    for _ in range(10):
        strength.press("ArrowLeft")
    check(numbers(tab), x, x + 0.16)
    tab.get_by_label("Photograph", exact=True).select_option("grass")
    x = (255 * photograph("grass")).round() / 255
    check(numbers(tab), x, x + 0.16)
    np.testing.assert_allclose(grey(tab, 0), x[0, 0], atol=0.003)
    tab.get_by_label("Scale the change").press("Space")
    assert numbers(tab)["MSE"] == "0.00500"
    check(numbers(tab), x, x + 0.005**0.5)
    tab.get_by_label("Distortion", exact=True).select_option("noise")
    assert float(numbers(tab)["SSIM"]) < 0.9
    assert grey(tab, 2).shape == (246, 246)


def test_lpips_is_the_recorded_value_and_an_own_picture_has_none(show, lab, numbers):
    tab = show(lab)
    kind, half = DISTORTIONS.index("brighter"), STRENGTHS.index(0.5)
    values = recorded().values
    assert numbers(tab)["LPIPS"] == f"{values['camera'][kind, 0, half]:.3f}"
    tab.get_by_label("Scale the change").press("Space")
    assert numbers(tab)["LPIPS"] == f"{values['camera'][kind, 1, half]:.3f}"
    tab.get_by_label("Photograph", exact=True).select_option("grass")
    assert numbers(tab)["LPIPS"] == f"{values['grass'][kind, 1, half]:.3f}"
    assert "recorded for the photographs at 12 strengths" in tab.locator(".gx").inner_text()
    file = io.BytesIO()
    Image.fromarray(np.zeros((256, 256), np.uint8)).save(file, "PNG")
    given = {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}
    tab.locator("input[type=file]").set_input_files(given)
    tab.get_by_text("It has not left this browser").wait_for()
    assert numbers(tab)["LPIPS"] == "needs its network"


def test_no_change_is_infinity_and_one(show, lab, numbers):
    tab = show(lab)
    tab.get_by_role("slider", name="Strength").press("Home")
    assert numbers(tab) == {
        **{"MSE": "0", "PSNR": "∞ dB", "SSIM": "1.0000", "MS-SSIM": "1.0000"},
        "LPIPS": "0.000",
    }
    assert grey(tab, 2).min() == 1


def test_an_own_picture_is_cut_to_its_middle_and_never_sent(show, lab, numbers):
    tab = show(lab)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    wide = np.zeros((256, 512, 3), np.uint8)
    wide[:, 128:384] = np.arange(256, dtype=np.uint8)[:, None]
    file = io.BytesIO()
    Image.fromarray(wide).save(file, "PNG")
    given = {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}
    tab.locator("input[type=file]").set_input_files(given)
    tab.get_by_text("It has not left this browser").wait_for()
    np.testing.assert_allclose(grey(tab, 0), wide[:, 128:384, 0] / 255, atol=0.003)
    x = torch.from_numpy(wide[:, 128:384, 0]).double()[None, None] / 255
    check(numbers(tab), x, x + 0.2)
    assert asked == []
    tab.get_by_label("Photograph", exact=True).select_option("grass")
    np.testing.assert_allclose(grey(tab, 0), photograph("grass")[0, 0], atol=0.003)


@pytest.mark.parametrize("content", [b"no picture at all", b""])
def test_a_file_that_is_no_picture_is_named_and_the_photograph_stays(show, lab, numbers, content):
    tab = show(lab)
    before = numbers(tab)
    given = {"name": "letter.png", "mimeType": "image/png", "buffer": content}
    tab.locator("input[type=file]").set_input_files(given)
    tab.get_by_text("letter.png: this browser cannot read it as a picture").wait_for()
    assert numbers(tab) == before


def test_the_range_explorable_says_what_is_off(show, numbers):
    tab = show(RangeAndDtype(image=photograph("camera", 64)[0, 0], **WORDS))
    read = numbers(tab)
    assert read["Off by"] == "+48.13 dB"
    assert "MAX is 1 for this type, not 255." in tab.locator(".gx").inner_text()
    tab.get_by_label("MAX =").select_option("1")
    assert numbers(tab)["Off by"] == "0 dB"
    tab.get_by_label("Stored as").select_option("floats in [−1, 1]")
    assert numbers(tab)["Off by"] == "-6.02 dB"
    assert tab.get_by_label("Arithmetic").is_disabled()
    tab.get_by_label("Stored as").select_option("bytes, 0 to 255")
    tab.get_by_label("MAX =").select_option("255")
    assert "This is the right number." in tab.locator(".gx").inner_text()
    tab.get_by_label("Arithmetic").select_option("all in bytes")
    assert "Bytes wrapped around" in tab.locator(".gx").inner_text()
    tab.get_by_role("slider", name="Noise").press("ArrowRight")
    assert "11 %" in tab.locator(".gx").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(show, lab, scheme):
    both = lab, RangeAndDtype(image=photograph("camera", 64)[0, 0], **WORDS)
    tab = show(*both, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
