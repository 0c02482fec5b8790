"""What the autoencoder chapter's figures draw, read back from the artists."""

import numpy as np
import pytest

from gentutor.figures import autoencoder as figures


def test_the_error_of_both_is_drawn_over_the_width():
    pca, nets = [4.0, 2.0, 0.5], np.array([[3.0, 1.0, 0.7], [3.2, 1.4, 0.5]])
    (ax,) = figures.error_by_width([1, 4, 16], nets, pca, 4.7).axes
    lines = {line.get_label(): line.get_xydata() for line in ax.lines}
    np.testing.assert_allclose(lines["PCA"], [(1, 4.0), (4, 2.0), (16, 0.5)])
    mean = next(line for name, line in lines.items() if name.startswith("autoencoder"))
    np.testing.assert_allclose(mean[:, 1], [3.1, 1.2, 0.6])
    assert ax.get_xscale() == "log"
    assert ax.get_ylim()[0] == 0  # a bar or a line from 0: distances are honest


def test_cross_entropies_have_their_minimum_at_the_target():
    (ax,) = figures.cross_entropy([0.0, 0.2, 0.5]).axes
    curves = [line for line in ax.lines if len(line.get_xdata()) > 1]
    marks = [line.get_xydata()[0] for line in ax.lines if len(line.get_xdata()) == 1]
    for target, curve, mark in zip((0.003, 0.2, 0.5), curves, marks, strict=True):
        x, y = curve.get_xydata().T
        assert x[y.argmin()] == pytest.approx(target, abs=0.003)
        assert mark == pytest.approx((target, y.min()), abs=0.02)
    assert marks[2][1] == pytest.approx(np.log(2))


def test_samplers_stand_in_the_rows_of_their_names():
    distance = {"AE, z": [50.0, 40.0], "VAE": [30.0, 36.0]}
    near = {"AE, z": [5.0, 4.0], "VAE": [1.5, 1.7]}
    left, right = figures.samplers(distance, near).axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["VAE", "AE, z"]
    for ax, values in ((left, distance), (right, near)):
        means = {line.get_ydata()[0]: line.get_xdata()[0] for line in ax.lines
                 if line.get_marker() == "|"}  # fmt: skip
        assert means == {0: pytest.approx(np.mean(values["VAE"])),
                         1: pytest.approx(np.mean(values["AE, z"]))}  # fmt: skip
        said = [text.get_text() for text in ax.texts]
        assert said == [f"{np.mean(values[name]):.1f}" for name in ("VAE", "AE, z")]


def test_the_score_is_the_correction_over_the_variance():
    x = np.linspace(-2, 2, 9)
    exact = np.tanh(x / 0.5)
    left, right = figures.denoiser(x, [exact + 0.1], exact, 0.5, at=0.5).axes
    nets, line, dot = (left.lines[i].get_xydata() for i in range(3))
    np.testing.assert_allclose(nets[:, 1], exact + 0.1)
    np.testing.assert_allclose(line[:, 1], exact)
    np.testing.assert_allclose(dot, [[0.5, np.tanh(1.0)]])
    nets, line, dot = (right.lines[i].get_xydata() for i in range(3))
    np.testing.assert_allclose(nets[:, 1], (exact + 0.1 - x) / 0.5)
    np.testing.assert_allclose(line[:, 1], (exact - x) / 0.5)
    np.testing.assert_allclose(dot, [[0.5, (np.tanh(1.0) - 0.5) / 0.5]])


def test_areas_are_drawn_by_name_with_guessing_at_one_half():
    areas = {"zeros": [0.9, 0.8], "half the ink": [0.7, 0.2]}
    (ax,) = figures.anomaly_scores([2, 8], areas).axes
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    for name, values in areas.items():
        np.testing.assert_allclose(lines[name], values)
    assert [0.5, 0.5] in [list(line.get_ydata()) for line in ax.lines]


def test_codes_are_drawn_over_their_own_image():
    rng = np.random.default_rng(0)
    codes = {name: rng.normal(size=(20, 2)) for name in ("Autoencoder", "VAE")}
    images = {name: rng.random((2, 64)) for name in codes}
    axes = figures.code_planes(codes, np.arange(20) % 2, images).axes
    for column, name in enumerate(codes):
        assert name in {axes[column].get_title(loc=place) for place in ("left", "center")}
        points = np.concatenate([c.get_offsets() for c in axes[column].collections])
        np.testing.assert_allclose(np.sort(points, 0), np.sort(codes[name], 0))
        shown = axes[2 + column].images[0].get_array()
        np.testing.assert_allclose(shown[:, :8].ravel(), images[name][0])
        np.testing.assert_allclose(shown[:, 9:17].ravel(), images[name][1])
