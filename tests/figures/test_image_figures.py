"""What the figures of images, PSNR, SSIM and the engine draw, read back from the artists."""

import numpy as np
import pytest
from drawn import levels, named, pixels, points, ticks, words

from gentutor.figures import engine, photographs, psnr, ssim

RNG = np.random.default_rng(0)


def test_photographs_keep_their_place_values_and_titles():
    images = {
        "grey": RNG.random((4, 6)),
        "colour": RNG.random((1, 3, 4, 6)),
        "c": RNG.random((1, 1, 4, 6)),
    }
    figure = photographs.panels(images, columns=2, limits=(-1, 2), colours="magma")
    assert len(figure.axes) == 4
    expected = [images["grey"], images["colour"][0].transpose(1, 2, 0), images["c"][0, 0]]
    for ax, (title, image) in zip(figure.axes, zip(images, expected, strict=True), strict=False):
        np.testing.assert_allclose(pixels(ax), image)
        assert words(ax)[0] == title
        assert ax.images[0].get_clim() == (-1, 2)
        assert ax.images[0].get_cmap().name == "magma"


def test_the_best_blur_of_the_noisy_image_is_marked():
    (ax,) = psnr.blur_curves([0.5, 1, 2, 3], [40, 33, 28, 25], [22, 26, 27, 24.5]).axes
    np.testing.assert_allclose(named(ax)["original, blurred"][:, 1], [40, 33, 28, 25])
    np.testing.assert_allclose(
        named(ax)["noisy image, blurred"], [(0.5, 22), (1, 26), (2, 27), (3, 24.5)]
    )
    np.testing.assert_allclose(points(ax.lines[-1]), [(2, 27)])


def test_wrapped_arithmetic_is_told_from_right_arithmetic():
    curves = {"floating point: right": [48, 28], "all in bytes": [48, 27],
              "difference in bytes, square in floats": [10, 7]}  # fmt: skip
    (ax,) = psnr.wrapped([1, 10], *curves.values()).axes
    for label, values in curves.items():
        np.testing.assert_allclose(named(ax)[label], np.c_[[1, 10], values])
    mean_square = 255.0  # the largest that a square wrapped to a byte can be
    assert ("h", pytest.approx(10 * np.log10(255**2 / mean_square))) in levels(ax)


def test_the_map_of_ssim_lies_over_the_places_it_speaks_of():
    reference, image, scores = RNG.random((30, 24)), RNG.random((30, 24)), RNG.random((20, 14))
    axes = ssim.local_map(reference, image, scores).axes
    for ax, title, shown in zip(
        axes, ("reference", "image", "SSIM map"), (reference, image, scores), strict=False
    ):
        assert words(ax)[0] == title
        np.testing.assert_allclose(pixels(ax), shown)
        assert ax.images[0].get_clim() == (0, 1)
    left, right, bottom, top = axes[2].images[0].get_extent()
    # the first score belongs to a window of 11 around pixel 5, whose square is 4.5 to 5.5
    assert (left, right) == (4.5, 18.5)
    assert (top, bottom) == (4.5, 24.5)
    assert axes[2].get_xlim() == axes[0].get_xlim()
    assert axes[2].get_ylim() == axes[0].get_ylim()


def test_scales_double_from_the_finest():
    factors = {"blur": [0.5, 0.7, 0.9], "noise": [0.2, 0.6, 0.8]}
    (ax,) = ssim.by_scale(factors).axes
    for name, values in factors.items():
        np.testing.assert_allclose(named(ax)[name], np.c_[[1, 2, 4], values])
    assert ax.get_xscale() == "log"


def test_shares_of_the_limit_are_percent_over_the_numbers_of_models():
    (ax,) = engine.share_of_limit(
        [1, 8, 64], {"stacked": [0.1, 0.4, 0.8], "loop": [0.1, 0.1, 0.1]}
    ).axes
    np.testing.assert_allclose(named(ax)["stacked"], [(0, 10), (1, 40), (2, 80)])
    np.testing.assert_allclose(named(ax)["loop"], [(0, 10), (1, 10), (2, 10)])
    assert levels(ax) == [("h", 100)]
    assert ticks(ax) == {0: "1", 1: "8", 2: "64"}
