"""What the VQ-VAE chapter's figures draw, read back from the artists."""

import numpy as np
import pytest
from drawn import levels, named, pixels, points, ticks, words
from matplotlib.colors import to_hex

from gentutor.figures import vq_vae
from gentutor.figures.style import DECODER, ENCODER, PURPLE

RNG = np.random.default_rng(0)


def test_the_copied_gradient_is_the_errors_slope_at_the_entry():
    entries, at, slope, offset, target = np.array([-1.0, 0.5, 2]), 0.9, 1.5, -0.2, 2.0
    left, right = vq_vae.staircase(entries, at, (slope, offset), target).axes
    z, z_q = points(left.lines[0]).T
    np.testing.assert_allclose(z_q, [min(entries, key=lambda e: abs(e - x)) for x in z])
    pretended = named(left)["what the gradient pretends"]
    np.testing.assert_allclose(pretended[:, 0], pretended[:, 1])
    np.testing.assert_allclose(points(left.lines[2]), [(0.9, 0.5)])
    np.testing.assert_allclose(named(right)["error"][:, 1], (target - (slope * z_q + offset)) ** 2)
    x, tangent = named(right)["copied gradient"].T
    height = (target - slope * 0.5 - offset) ** 2
    step = 1e-6
    numeric = ((target - slope * (0.5 + step) - offset) ** 2 - height) / step
    np.testing.assert_allclose(np.diff(tangent) / np.diff(x), numeric, rtol=1e-4)
    assert np.interp(at, x, tangent) == pytest.approx(height, abs=1e-4)
    np.testing.assert_allclose(points(right.lines[-1]), [(0.9, height)])


def test_the_cells_of_the_plane_belong_to_their_nearest_entry():
    cloud, entries = RNG.normal(size=(20, 2)), np.array([[1.0, 0.5], [-1, 0.2], [0, -1]])
    (ax,) = vq_vae.plane(cloud, entries).axes
    cells = pixels(ax)
    left, right, bottom, top = ax.images[0].get_extent()
    assert ax.images[0].origin == "lower"
    for k, (x, y) in enumerate(entries):
        column = int((x - left) / (right - left) * cells.shape[1])
        row = int((y - bottom) / (top - bottom) * cells.shape[0])
        assert cells[row, column] == k
    assert right == pytest.approx(1.35 * np.abs(cloud).max())
    np.testing.assert_allclose(points(ax.lines[0]), cloud)
    np.testing.assert_allclose(points(ax.lines[1]), entries)


def test_the_table_of_gradients_has_terms_down_and_parts_across():
    norms = [[1.5, 0, 0.02], [0, 3.25, 0], [0.125, 0, 0]]
    terms, parts = ["reconstruction", "codebook", "commitment"], ["encoder", "entries", "decoder"]
    (ax,) = vq_vae.who_learns(norms, terms, parts).axes
    said = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts}
    assert said == {(i, j): f"{v:.3g}" for i, row in enumerate(norms) for j, v in enumerate(row)}
    assert list(ticks(ax).values()) == parts
    assert list(ticks(ax, "y").values()) == terms
    top = ax.get_ylim()
    assert top[0] > top[1]  # the first term is on top
    for box in ax.patches:
        row, column = round(box.get_y() + 0.42), round(box.get_x() + 0.46)
        assert to_hex(box.get_facecolor()) == (ENCODER, PURPLE, DECODER)[column].lower()
        assert (box.get_alpha() > 0) == (norms[row][column] > 0)


def test_perplexity_is_the_mean_over_repeats_below_both_ceilings():
    (ax,) = vq_vae.perplexity_by_batch([8, 64, 512], [[6, 40, 61], [8, 42, 63]], codes=64).axes
    np.testing.assert_allclose(named(ax)["perfectly uniform use"], [(8, 7), (64, 41), (512, 62)])
    np.testing.assert_allclose(named(ax)["cannot be more"], [(8, 8), (64, 64), (512, 64)])
    assert levels(ax) == [("h", 64)]
    assert {t.get_text(): t.xy for t in ax.texts} == {"7": (8, 7), "41": (64, 41), "62": (512, 62)}


def test_shares_are_sorted_percent_and_errors_stand_at_their_name():
    shares = {"plain": [0.0, 0.9, 0.1, 0], "resets": [0.2, 0.3, 0.1, 0.4]}
    errors = {"plain": [5.0, 7.0], "resets": [2.0, 3.0]}
    left, right = vq_vae.collapse(shares, errors).axes
    np.testing.assert_allclose(points(left.lines[0]), [(1, 90), (2, 10), (3, 0), (4, 0)])
    np.testing.assert_allclose(points(left.lines[1]), [(1, 40), (2, 30), (3, 20), (4, 10)])
    assert ("h", 25.0) in levels(left)
    for row, (name, values) in enumerate(errors.items()):
        seeds, mean = right.lines[2 * row : 2 * row + 2]
        np.testing.assert_allclose(points(seeds), [(v, row) for v in values])
        np.testing.assert_allclose(points(mean), [(np.mean(values), row)])
        assert seeds.get_color() == left.lines[row].get_color()
        assert ticks(right, "y")[row] == name
        assert right.get_yticklabels()[row].get_color() == seeds.get_color()


def test_codes_are_sorted_by_class_and_their_counts_kept():
    counts = np.array([[0, 5, 1], [0, 0, 0], [3, 0, 0], [1, 8, 0], [0, 1, 2]])
    (ax,) = vq_vae.codes_by_class(counts).axes
    np.testing.assert_allclose(pixels(ax).T, [[3, 0, 0], [1, 8, 0], [0, 5, 1], [0, 1, 2]])
    assert words(ax)[1:] == ("codes, sorted by their commonest digit", "digit")


def test_codes_are_coloured_by_the_brightness_of_their_entry():
    image, decoded = RNG.random((8, 8, 3)), 1.2 * RNG.random((8, 8, 3))
    codes, tone = np.array([[0, 1], [2, 1]]), [0.9, 0.1, 0.5]
    axes = vq_vae.code_grid(image, codes, decoded, tone).axes
    np.testing.assert_allclose(pixels(axes[0]), image)
    np.testing.assert_allclose(pixels(axes[1]), [[2, 0], [1, 0]])
    np.testing.assert_allclose(pixels(axes[2]), decoded.clip(0, 1))
    assert [words(ax)[0] for ax in axes] == ["photograph", "2 × 2 codes", "decoded"]
