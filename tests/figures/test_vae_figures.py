"""What the VAE chapter's figures draw, read back from the artists."""

import numpy as np
import pytest
from drawn import colours, dots, levels, named, pixels, points, texts, ticks, words, written
from matplotlib.patches import Circle, Ellipse
from scipy.stats import norm

from gentutor.figures import vae
from gentutor.figures.style import DECODER, ENCODER, FAKE, REAL

RNG = np.random.default_rng(0)


def test_rows_of_images_stand_in_order_under_their_labels():
    rows = {"data": RNG.random((3, 64)), "model": RNG.random((2, 8, 8))}
    axes = vae.image_rows(rows).axes
    for ax, (label, values) in zip(axes, rows.items(), strict=True):
        assert ax.get_ylabel() == label
        for i, image in enumerate(values):
            shown = pixels(ax)[:, 9 * i : 9 * i + 8]
            np.testing.assert_allclose(shown, np.reshape(image, (8, 8)))
        assert ax.images[0].get_clim() == (0, 1)
        assert ax.images[0].get_cmap().name == "gray_r"


def test_the_latent_map_draws_standard_deviations_and_the_mixture_of_the_posteriors():
    mu = RNG.normal(size=(60, 2)) * [1.0, 0.5]
    logvar = np.log([[0.25, 0.04]]) + 0.1 * RNG.normal(size=(60, 2))
    kinds = np.arange(60) % 3
    left, right = vae.latent_map(mu, logvar, kinds).axes
    for kind in range(3):
        np.testing.assert_allclose(dots(left, kind), mu[kinds == kind])
        assert written(left)[str(kind)] == pytest.approx(np.median(mu[kinds == kind], axis=0))
    ellipses = [p for p in left.patches if type(p) is Ellipse]
    np.testing.assert_allclose([e.get_center() for e in ellipses], mu[::18])
    np.testing.assert_allclose(
        [(e.get_width(), e.get_height()) for e in ellipses], 2 * np.exp(logvar[::18] / 2)
    )
    assert [p.get_radius() for p in left.patches if isinstance(p, Circle)] == [1, 2]
    curves = list(named(right).items())
    assert curves[-1][0] == "prior, sd 1"
    np.testing.assert_allclose(curves[-1][1][:, 1], norm.pdf(curves[-1][1][:, 0]))
    for k, (label, curve) in enumerate(curves[:2]):
        mixture = norm.pdf(curve[:, :1], mu[:, k], np.exp(logvar[:, k] / 2)).mean(1)
        np.testing.assert_allclose(curve[:, 1], mixture)
        sd = (mu[:, k].var() + np.exp(logvar[:, k]).mean()) ** 0.5  # the mixture's own
        assert label == rf"$\bar q(z_{k + 1})$, sd {sd:.2f}"


def test_training_terms_show_mean_and_range_and_the_plane():
    recon, kl = np.array([[9.0, 6, 5], [7, 4, 2]]), np.array([[0.0, 1, 3], [2, 2, 4]])
    left, right = vae.training_terms([1, 10, 100], recon, kl).axes
    expected = {"reconstruction NLL": recon, "KL": kl, "negative ELBO": recon + kl}
    assert list(named(left)) == list(expected)
    for (label, runs), band in zip(expected.items(), left.collections, strict=True):
        np.testing.assert_allclose(named(left)[label], np.c_[[1, 10, 100], runs.mean(0)])
        corners = band.get_paths()[0].vertices
        for at, low, high in zip([1, 10, 100], runs.min(0), runs.max(0), strict=True):
            mine = corners[corners[:, 0] == at, 1]
            assert (mine.min(), mine.max()) == (low, high)
    assert colours(left)["KL"] == ENCODER.lower()
    assert colours(left)["reconstruction NLL"] == DECODER.lower()
    np.testing.assert_allclose(points(right.lines[0]), np.c_[kl[0], recon[0]])
    np.testing.assert_allclose(points(right.lines[1]), np.c_[kl[1], recon[1]])
    np.testing.assert_allclose(points(right.lines[2]), np.c_[kl.mean(0), recon.mean(0)])
    assert words(right)[1:] == ("KL", "reconstruction NLL")
    for text, (x, y) in written(right).items():
        at = [1, 10, 100].index(int(text.removeprefix("step ").replace(",", "")))
        assert (x, y) == (kl.mean(0)[at], recon.mean(0)[at])


def test_measured_ratios_lie_beside_their_own_exact_line():
    measured = {"score": [7.0, 60], "with baseline": [3.0, 20]}
    exact = {"with baseline": [3.1, 21], "score": [7.1, 61]}
    (ax,) = vae.estimator_variance([1, 8], measured, exact).axes
    for name, ratios in measured.items():
        mark = next(line for line in ax.lines if line.get_label() == name)
        line = next(
            line for line in ax.lines
            if line.get_color() == mark.get_color() and line is not mark
        )  # fmt: skip
        np.testing.assert_allclose(points(mark), np.c_[[1, 8], ratios])
        np.testing.assert_allclose(points(line), np.c_[[1, 8], exact[name]])
    assert ("h", 1.0) in levels(ax)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ticks(ax) == {1: "1", 8: "8"}


def test_the_map_of_the_kl_is_sorted_and_says_each_number():
    kl = {"fixed": [0.1, 2.5, 0.001], "learnt": [1.25, 0.0, 0.5]}
    ax = vae.kl_map(kl, limit=3).axes[0]
    rows = [[2.5, 0.1, 0.001], [1.25, 0.5, 0]]
    np.testing.assert_allclose(pixels(ax), rows)
    assert ax.images[0].get_clim() == (0, 3)
    assert list(ticks(ax, "y").values()) == ["fixed  (2.6)", "learnt  (1.8)"]
    said = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts}
    assert said == {(0, 0): "2.50", (0, 1): ".10", (0, 2): "0",
                    (1, 0): "1.25", (1, 1): ".50", (1, 2): "0"}  # fmt: skip
    assert {t.get_text(): t.get_color() for t in ax.texts}["2.50"] == "white"


def test_sharpness_stands_over_its_own_lever():
    levers = {"β": ([0.1, 1.0], [0.2, 0.15]), "σ²": ([0.2, 2.0], [0.19, 0.12])}
    (ax,) = vae.blur_levers(levers, ([0.1, 1.0], [0.22, 0.18]), data=0.24).axes
    for name, series in levers.items():
        np.testing.assert_allclose(named(ax)[name], np.transpose(series))
    np.testing.assert_allclose(named(ax)["samples, β varies"], [(0.1, 0.22), (1, 0.18)])
    assert ("h", 0.24) in levels(ax)
    assert texts(ax) == ["the data"]
    assert ax.get_xscale() == "log"


def test_clouds_of_data_and_models_have_their_titles_and_one_frame():
    data, samples = RNG.normal(size=(9, 2)), {"short": RNG.normal(size=(5, 2)) + 3}
    axes = vae.bridges(data, samples).axes
    np.testing.assert_allclose(dots(axes[0]), data)
    np.testing.assert_allclose(dots(axes[1]), samples["short"])
    assert [words(ax)[0] for ax in axes] == ["data", "short"]
    rim = 1.35 * np.abs(data).max()
    assert all(ax.get_xlim() == ax.get_ylim() == (-rim, rim) for ax in axes)
    shade = [tuple(ax.collections[0].get_facecolor()[0][:3]) for ax in axes]
    assert [f"#{bytes(round(255 * c) for c in s).hex()}" for s in shade] == [
        REAL.lower(),
        FAKE.lower(),
    ]
