"""What the ELBO chapter's figures draw, read back from the artists."""

import numpy as np
import pytest
from drawn import bars, colours, levels, named, points, texts, ticks, words
from matplotlib.colors import to_hex
from scipy.stats import norm

from gentutor.figures import elbo
from gentutor.figures.style import CRITIC, DECODER, ENCODER, FAKE, REAL

RNG = np.random.default_rng(0)


def test_bells_are_densities_with_the_given_standard_deviation():
    curves = {"prior": (0.0, 1.0), "q": (0.8, 0.5), "posterior": (1.2, 0.3)}
    (ax,) = elbo.bells(curves).axes
    assert list(named(ax)) == list(curves)
    for label, (mean, sd) in curves.items():
        x, y = named(ax)[label].T
        np.testing.assert_allclose(y, norm.pdf(x, mean, sd))
    assert ax.get_ylim()[0] == 0


def test_log_weights_have_their_mean_and_the_truth_as_lines():
    samples = {"wide": RNG.normal(-4, 1, 800), "narrow": RNG.normal(-2, 0.3, 800)}
    axes = elbo.weights(samples, log_p=-1.5).axes
    edges = None
    for ax, (label, w) in zip(axes, samples.items(), strict=True):
        assert words(ax)[0] == label
        lines = {line.get_label(): line.get_xdata()[0] for line in ax.lines}
        assert lines == {"ELBO, their mean": pytest.approx(w.mean()), "log p(x)": -1.5}
        assert colours(ax)["ELBO, their mean"] == CRITIC.lower()
        assert colours(ax)["log p(x)"] == REAL.lower()
        outline = ax.patches[0].get_xy()
        edges = np.unique(outline[:, 0])
        inside = np.histogram(np.clip(w, edges[0], edges[-1]), edges)[0]
        assert inside.sum() == 800
        assert outline[:, 1].max() == inside.max()
        counted = [outline[(outline[:, 0] == left), 1].max() for left in edges[:-1]]
        np.testing.assert_array_equal(
            counted, np.maximum(inside, [0, *inside[:-1]])
        )  # a step's edge reaches the higher of its two bins


def test_the_stack_adds_the_strips_of_the_kl_and_the_error_on_top():
    steps = np.array([0, 1, 10, 100])
    kl = np.array([[0, 0.0], [0.1, 0.2], [0.3, 0.8], [0.5, 2.0]])
    recon = np.array([9.0, 8, 6, 4])
    (ax,) = elbo.training_stack(steps, recon, kl, optimum=6.0).axes
    assert len(ax.collections) == 3
    tops = []
    for strip in ax.collections:
        corners = strip.get_paths()[0].vertices
        tops.append([corners[corners[:, 0] == s, 1].max() for s in steps[1:]])
    np.testing.assert_allclose(tops[0], kl[1:, 1])  # the largest strip lies lowest
    np.testing.assert_allclose(tops[1], kl[1:].sum(1))
    np.testing.assert_allclose(tops[2], kl[1:].sum(1) + recon[1:])
    assert to_hex(ax.collections[2].get_facecolor()[0]) == DECODER.lower()
    assert levels(ax) == [("h", 6.0)]
    assert texts(ax) == ["least possible sum", "reconstruction", "KL, one strip a dimension"]
    assert ax.get_xscale() == "log"


def test_the_predicted_kl_is_half_the_logarithm():
    values, trained = np.array([0.8, 0.4, 0.1, 0.05]), np.array([[0.7, 0.3, 0], [0.6, 0.2, 0.01]])
    left, right = elbo.spectrum(values, 0.2, trained[:, ::-1]).axes
    np.testing.assert_allclose(bars(left.patches)[:, 3], values[:3])
    kept = [to_hex(bar.get_facecolor()) == ENCODER.lower() for bar in left.patches]
    assert kept == [True, True, False]
    assert levels(left) == [("h", 0.2)]
    assert texts(left) == ["$\\sigma^2$ = 0.2"]
    step = right.lines[0]
    assert step.get_label() == "½ log(λ/σ²), or 0"
    np.testing.assert_allclose(step.get_ydata(), [np.log(2), np.log(2) / 2, 0])
    for line, row in zip(right.lines[1:], trained, strict=True):
        np.testing.assert_allclose(points(line), np.c_[[1, 2, 3], row])
    assert right.lines[1].get_label() == "trained, 2 seeds"


def test_the_sum_of_both_terms_is_drawn_as_minus_the_elbo():
    scale, recon, kl = np.array([1, 0.1, 0.01]), np.array([3.0, 2, 1.5]), np.array([1.0, 4, 8])
    (ax,) = elbo.shrinking(scale, recon, kl).axes
    expected = {"reconstruction": recon, "KL": kl, "their sum, $-$ELBO": recon + kl}
    for label, values in expected.items():
        np.testing.assert_allclose(named(ax)[label], np.c_[scale, values])
    assert colours(ax)["KL"] == ENCODER.lower()
    assert colours(ax)["reconstruction"] == DECODER.lower()
    assert ("v", 1.0) in levels(ax)
    low, high = ax.get_xlim()
    assert low > high  # it shrinks to the right


def test_surgery_stacks_the_mismatch_on_the_information():
    parts = {"digits": [[2.0, 1], [3, 4]], "twin": [[1.0, -0.5], [3.5, 6]]}
    axes = elbo.surgery([2, 16], parts, ceiling=3.6).axes
    for ax, (name, values) in zip(axes, parts.items(), strict=True):
        low, high = np.transpose(values)
        information, mismatch = ax.containers
        assert (information.get_label(), mismatch.get_label()) == ("information", "mismatch")
        np.testing.assert_allclose(bars(information)[:, 3], low)
        np.testing.assert_allclose(bars(information)[:, 1], 0)
        np.testing.assert_allclose(bars(mismatch)[:, 1] + bars(mismatch)[:, 3], low + high)
        assert colours(ax) == {"information": ENCODER.lower(), "mismatch": FAKE.lower()}
        assert levels(ax) == [("h", 3.6)]
        assert (words(ax)[0], ticks(ax)) == (name, {0: "2", 1: "16"})
