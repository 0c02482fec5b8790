"""What the figures of the chapter on generative models draw, read back from the artists."""

import numpy as np
import pytest
from drawn import bars, colours, dots, levels, named, pixels, points, texts, ticks, words

from gentutor.figures import generative
from gentutor.figures.style import CRITIC, REAL

RNG = np.random.default_rng(0)


def test_the_map_and_its_density_are_drawn_where_they_are():
    z = np.linspace(-3, 3, 61)
    x, density, samples = z + 0.1 * z**3, np.exp(-(z**2)), RNG.normal(size=500)
    left, right = generative.push_forward_1d(z, x, density, samples, title="G").axes
    np.testing.assert_allclose(points(left.lines[0]), np.c_[z, x])
    for line, at in zip(left.lines[1:], np.linspace(-2, 2, 9), strict=True):
        corner = np.interp(at, z, x)
        np.testing.assert_allclose(points(line), [(at, x[0]), (at, corner), (z[0], corner)])
    np.testing.assert_allclose(points(right.lines[0]), np.c_[x, density])
    boxes = bars(right.patches)
    assert (boxes[:, 2] * boxes[:, 3]).sum() == pytest.approx(1)  # a density
    edges = np.append(boxes[:, 0], boxes[-1, 0] + boxes[-1, 2])
    np.testing.assert_allclose(boxes[:, 3], np.histogram(samples, edges, density=True)[0])
    assert words(left) == ("G", "$z$", "$x = G(z)$")


def test_noise_and_image_share_their_colours_and_the_density_lies_on_its_grid():
    z, x, data = RNG.normal(size=(6, 2)), RNG.normal(size=(6, 2)), RNG.normal(size=(5, 2))
    density = RNG.random((7, 10))
    axes = generative.flow_panels(z, x, density, data).axes
    for ax, cloud in ((axes[0], z), (axes[1], x), (axes[3], data)):
        np.testing.assert_allclose(dots(ax), cloud)
    angle = np.arctan2(z[:, 1], z[:, 0])
    for ax in axes[:2]:
        np.testing.assert_allclose(ax.collections[0].get_array(), angle)
    np.testing.assert_allclose(pixels(axes[2]), density**0.5)
    assert tuple(axes[2].images[0].get_extent()) == (-2, 3, -1.5, 2)
    assert axes[2].images[0].origin == "lower"  # row 0 is the lowest y
    assert [words(ax)[0] for ax in axes] == [
        "noise $z$",
        "flow, $x = G(z)$",
        "flow, $q(x)$",
        "data",
    ]


def test_the_area_that_is_hit_is_drawn_over_the_side():
    curve, density = RNG.normal(size=(9, 2)), RNG.random(9)
    areas = {"one number": [0.1, 0.4], "two numbers": [0.5, 0.6]}
    left, right, _bar = generative.thin_image(curve, density, [0.05, 0.2], areas).axes
    np.testing.assert_allclose(dots(left), curve)
    np.testing.assert_allclose(left.collections[0].get_array(), density)
    for name, values in areas.items():
        np.testing.assert_allclose(named(right)[name], np.c_[[0.05, 0.2], values])
    assert ticks(right) == {0.05: "0.05", 0.2: "0.2"}


def test_logits_lie_over_exact_ratios_and_divergences_below_ln_2():
    exact, estimate = np.array([-3.0, 0, 1]), np.array([-2.5, 0.2, 1.4])
    panels = {"flow": (0.1, 0.12), "Gaussian": (0.3, 0.25), "GAN": (None, 0.05)}
    left, right = generative.ratios(exact, estimate, panels).axes
    np.testing.assert_allclose(points(left.lines[0]), np.c_[exact, estimate])
    np.testing.assert_allclose(points(left.lines[1]), [(-7, -7), (3, 3)])
    assert words(left)[1:] == ("exact log ratio", "logit")
    found = {round(bar[1] + bar[3] / 2, 2): bar[2] for bar in bars(right.patches)}
    assert found == pytest.approx(
        {0.18: 0.12, -0.18: 0.1, 1.18: 0.25, 0.82: 0.3, 2.18: 0.05, 1.82: 0}
    )
    assert ("v", np.log(2)) in levels(right)
    assert colours(right) == {"classifier": CRITIC.lower(), "exact": REAL.lower()}
    assert "no density" in texts(right)
    assert ticks(right, "y") == {0: "flow", 1: "Gaussian", 2: "GAN"}


def test_slopes_are_the_derivatives_of_their_own_distances():
    shift = np.linspace(0, 3, 31)
    values = {"KL": shift**2, "TV": 0.2 * shift, "JS": np.tanh(shift), "W1": shift}
    slopes = {
        "KL": 2 * shift,
        "TV": 0.2 + 0 * shift,
        "JS": 1 / np.cosh(shift) ** 2,
        "W1": 1 + 0 * shift,
    }
    left, right = generative.distances(shift, values).axes
    for (name, value), line in zip(values.items(), right.lines, strict=True):
        np.testing.assert_allclose(named(left)[name], np.c_[shift, value])
        np.testing.assert_allclose(points(line), np.c_[shift, slopes[name]][1:-1], rtol=2e-2)
        assert line.get_color() == dict(zip(values, left.lines, strict=True))[name].get_color()
    assert right.get_yscale() == "log"


def test_each_cap_has_its_map_and_its_mass_in_the_gap():
    z = np.linspace(-2, 2, 5)
    maps, mass = {2.0: 2 * z, 8.0: 4 * np.tanh(2 * z)}, [0.4, 0.1]
    left, right = generative.bridges(z, maps, mass, ([1, 10], [0.5, 0.08])).axes
    for cap, x in maps.items():
        np.testing.assert_allclose(named(left)[f"L = {cap:g}"], np.c_[z, x])
    np.testing.assert_allclose([points(line)[0] for line in right.lines[:2]], [(2, 0.4), (8, 0.1)])
    np.testing.assert_allclose(points(right.lines[2]), [(1, 0.5), (10, 0.08)])
    gap = left.patches[0]
    assert (gap.get_y(), gap.get_height()) == (-1, 2)
    for at, words_there in ticks(right, "y").items():
        assert words_there == f"{100 * at:g} %"
