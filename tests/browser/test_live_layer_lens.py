"""The layer lens in a browser: what it draws and says is what it was given."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from gentutor.widgets import LayerLens

PIXELS = "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"


@pytest.fixture
def given() -> dict:
    rng = np.random.default_rng(0)
    return {
        "kinds": ["shift", "blur"],
        "strengths": [["1 px", "2 px", "3 px"], ["weak", "more", "strong"]],
        "reference": rng.random((3, 8, 6)),
        "images": rng.random((2, 3, 3, 8, 6)),
        "maps": [rng.random((2, 3, 4, 3)), rng.random((2, 3, 2, 2))],
        "psnr": rng.uniform(10, 40, (2, 3)),
        "ssim": rng.uniform(-1, 1, (2, 3)),
        "picture": Figure(),
        "caption": "Two distortions.",
        "alt": "Two bars.",
    }


def test_every_choice_shows_its_own_numbers_and_pixels(show, numbers, given) -> None:
    tab = show(LayerLens(**given))
    choice = tab.get_by_role("combobox", name="distortion")
    strength = tab.get_by_role("slider", name="strength")
    for kind in range(2):
        choice.select_option(str(kind))
        strength.press("Home")
        for step in range(3):
            assert strength.get_attribute("aria-valuetext") == given["strengths"][kind][step]
            shares = [one[kind, step].mean() for one in given["maps"]]
            assert numbers(tab) == {
                "LPIPS-efficientnet-lite0": f"{sum(shares):.2f}",
                "PSNR": f"{given['psnr'][kind, step]:.1f} dB",
                "SSIM": f"{given['ssim'][kind, step]:.2f}",
            }
            name = f"The image: {given['kinds'][kind]}, {given['strengths'][kind][step]}"
            canvas = tab.get_by_role("img", name=name)
            drawn = np.reshape(canvas.evaluate(PIXELS), (8, 6, 4))[..., :3].transpose(2, 0, 1)
            np.testing.assert_array_equal(drawn, np.rint(255 * given["images"][kind, step]))
            chart = tab.get_by_role("img", name="Distance ")
            widths = [float(b.get_attribute("width")) for b in chart.locator("rect").all()]
            np.testing.assert_allclose(widths[1] / widths[0], shares[1] / shares[0], rtol=1e-3)
            for layer, one in enumerate(given["maps"]):
                heat = tab.get_by_role("img", name=f"Where layer {layer + 1} differs")
                red = np.array(heat.evaluate(PIXELS)).reshape(-1, 4)[:, 1]
                assert (np.diff(red[np.argsort(one[kind, step].ravel())]) >= 0).all()
            strength.press("ArrowRight")


def test_it_fits_a_phone_and_names_every_control(show, given) -> None:
    tab = show(LayerLens(**given), viewport={"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.get_by_role("combobox").evaluate("s => s.labels[0].textContent") == "distortion"
    for picture in tab.locator("canvas, svg[role=img]").all():
        assert len(picture.get_attribute("aria-label")) > 10
