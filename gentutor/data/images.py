"""Images to train on: real, and shipped inside the packages that the book depends on."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_digits, load_sample_images
from sklearn.model_selection import train_test_split
from torch import Tensor

from gentutor.checks import check_int


@dataclass(frozen=True)
class Digits:
    """Handwritten digits, split once and for all.

    Attributes:
        x_train: (1437, 64) float32 in [0, 1]; row-major 8 x 8 images, 0 is paper and 1 is ink.
        y_train: (1437,) int64, the digit that was written.
        x_test: (360, 64) float32 in [0, 1].
        y_test: (360,) int64.
    """

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor


def digits() -> Digits:
    r"""Return the 1,797 digits that ship with scikit-learn, scaled to [0, 1].

    Each image is an 8 x 8 grid of counts 0, 1, ..., 16 (the number of inked pixels in a 4 x 4
    block of a 32 x 32 scan), here divided by 16. The split is stratified by digit, fixed, and
    the same on every machine: 1,437 images to train on and 360 to test on.

    Source: Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI; the test
    part of it, as shipped in ``sklearn.datasets``.

    >>> d = digits()
    >>> d.x_train.shape, d.x_test.shape, d.x_train.dtype
    (torch.Size([1437, 64]), torch.Size([360, 64]), torch.float32)
    >>> float(d.x_train.min()), float(d.x_train.max())
    (0.0, 1.0)
    """
    counts, labels = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        counts / 16.0, labels, test_size=360, stratify=labels, random_state=0
    )
    return Digits(
        torch.tensor(x_train, dtype=torch.float32),
        torch.tensor(y_train, dtype=torch.int64),
        torch.tensor(x_test, dtype=torch.float32),
        torch.tensor(y_test, dtype=torch.int64),
    )


@dataclass(frozen=True)
class Patches:
    """Square grey patches of photographs.

    Attributes:
        x_train: (N, size * size) float32 in [0, 1], row-major; 0 is black.
        x_test: (M, size * size) float32 in [0, 1], from parts of the photographs that no
            training patch touches.
    """

    x_train: Tensor
    x_test: Tensor


def patches(size: int = 8, *, train: int = 5000, test: int = 1000) -> Patches:
    """Return random patches of the two photographs that ship with scikit-learn.

    The photographs (427 x 640, a temple and a flower) are averaged over colour. Training patches
    come from the left three quarters and test patches from the right quarter, half of each from
    either photograph; the draw is fixed.

    Args:
        size: side of a patch in pixels, 1 to 100.
        train: number of training patches.
        test: number of test patches.

    >>> p = patches(train=6, test=4)
    >>> p.x_train.shape, p.x_test.shape
    (torch.Size([6, 64]), torch.Size([4, 64]))
    """
    check_int("size", size, high=100)
    check_int("train", train, low=2)
    check_int("test", test, low=2)
    generator = np.random.default_rng(0)
    photographs = [image.mean(axis=-1) / 255.0 for image in load_sample_images().images]
    cuts = [image.shape[1] * 3 // 4 for image in photographs]
    left = [image[:, :cut] for image, cut in zip(photographs, cuts, strict=True)]
    right = [image[:, cut:] for image, cut in zip(photographs, cuts, strict=True)]
    return Patches(_cut(left, size, train, generator), _cut(right, size, test, generator))


def _cut(images: list[np.ndarray], size: int, count: int, generator: np.random.Generator) -> Tensor:
    found = []
    for i in range(count):
        image = images[i % len(images)]
        top, first = (generator.integers(0, side - size + 1) for side in image.shape)
        found.append(image[top : top + size, first : first + size].ravel())
    return torch.tensor(np.stack(found), dtype=torch.float32)
