"""The data are what their docstrings say, and the same every time."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_sample_images

from gentutor.data import digits, patches


def rows(x: torch.Tensor) -> list[bytes]:
    return sorted(row.tobytes() for row in x.numpy())


def test_digits_are_scikit_learns_each_once():
    d = digits()
    counts, labels = load_digits(return_X_y=True)
    both = torch.cat([d.x_train, d.x_test])
    assert rows(both) == rows(torch.tensor(counts / 16).float())
    assert (len(d.x_train), len(d.x_test)) == (1437, 360)
    assert torch.equal(both * 16, (both * 16).round())
    of = {row.tobytes(): label for row, label in zip(counts / 16, labels, strict=True)}
    for x, y in ((d.x_train, d.y_train), (d.x_test, d.y_test)):
        assert (x.dtype, y.dtype) == (torch.float32, torch.int64)
        assert [of[row.tobytes()] for row in x.double().numpy()] == y.tolist()


def test_the_split_is_stratified_and_fixed():
    d, again = digits(), digits()
    assert torch.equal(d.x_train, again.x_train)
    assert torch.equal(d.y_test, again.y_test)
    shares = [y.bincount(minlength=10) / len(y) for y in (d.y_train, d.y_test)]
    assert float((shares[0] - shares[1]).abs().max()) < 1 / 360
    assert not set(rows(d.x_train)) & set(rows(d.x_test))


def places(patch: np.ndarray, photograph: np.ndarray) -> np.ndarray:
    """Return the (row, column) of every spot where the patch is found, bit for bit."""
    windows = np.lib.stride_tricks.sliding_window_view(photograph, patch.shape)
    hits = np.argwhere(windows[..., 0, 0] == patch[0, 0])
    return hits[[bool((windows[tuple(hit)] == patch).all()) for hit in hits]]


def test_patches_are_cut_from_two_photographs_and_never_across_the_split():
    p = patches(train=60, test=40)
    photographs = [
        (image.mean(axis=-1) / 255.0).astype(np.float32) for image in load_sample_images().images
    ]
    for x, first, last in ((p.x_train, 0, 480 - 8), (p.x_test, 480, 640 - 8)):
        assert (x.dtype, tuple(x.shape[1:])) == (torch.float32, (64,))
        assert 0.0 <= float(x.min()) < float(x.max()) <= 1.0
        for i, patch in enumerate(x.numpy().reshape(-1, 8, 8)):
            found = places(patch, photographs[i % 2])
            assert ((first <= found[:, 1]) & (found[:, 1] <= last)).any()


def test_the_test_strip_is_the_whole_right_quarter_and_not_a_column_more():
    """Large patches have 61 places in a row of the strip: 500 of them meet both ends."""
    p = patches(100, train=2, test=500)
    photographs = [
        (image.mean(axis=-1) / 255.0).astype(np.float32) for image in load_sample_images().images
    ]
    columns = [
        places(patch, photographs[i % 2])[0, 1]
        for i, patch in enumerate(p.x_test.numpy().reshape(-1, 100, 100))
    ]
    assert (min(columns), max(columns)) == (480, 540)


def test_the_draw_of_patches_is_fixed():
    assert torch.equal(patches(train=4, test=2).x_test, patches(train=4, test=2).x_test)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size: expected an integer from 1 to 100, got 0"),
        ({"size": 101}, "size: expected an integer from 1 to 100, got 101"),
        ({"train": 1}, "train: expected an integer >= 2, got 1"),
        ({"test": 0}, "test: expected an integer >= 2, got 0"),
    ],
)
def test_impossible_patches_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        patches(**arguments)
    biggest = patches(100, train=2, test=2)
    assert biggest.x_test.shape == (2, 10_000)
