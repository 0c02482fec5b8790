"""One pair of images in four libraries: the scores that the SSIM chapter quotes, run again."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import piq
import pytest
import torch
from skimage.metrics import structural_similarity
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from gentutor.data import photograph
from gentutor.metrics import ssim
from gentutor.metrics.windows import WANG, Window

CHAPTER = Path(__file__).parents[2] / "notebooks" / "08_ssim.ipynb"
UNIFORM = Window("uniform", 7, sample=True)
# line: library, its version, score, how the package reaches it
QUOTED = {
    "Wang et al.": ("", "", 0.28497, {"window": WANG}),
    "scikit-image": ("scikit-image", "0.26", 0.29573, {"window": UNIFORM}),
    "torchmetrics": ("torchmetrics", "1.9", 0.28350, {"window": Window(border="reflect")}),
    "piq": ("piq", "0.8", 0.53841, {"downsample": True}),
}


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """Return the whole cameraman and itself with noise of 0.1, clipped, (1, 1, 512, 512)."""
    x = photograph("camera", 512)
    noise = np.random.RandomState(0).normal(0, 0.1, (512, 512))  # numbers that never change
    return x, (x + torch.from_numpy(noise)[None, None]).clamp(0, 1)


def by_the_library(name: str, x: Tensor, y: Tensor) -> float:
    """Return what the library itself says."""
    a, b = x[0, 0].numpy(), y[0, 0].numpy()
    if name == "Wang et al.":  # as scikit-image's documentation tells how to get them
        wang = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        return structural_similarity(a, b, data_range=1, **wang)
    if name == "scikit-image":
        return structural_similarity(a, b, data_range=1)
    if name == "torchmetrics":
        return float(structural_similarity_index_measure(y, x, data_range=1.0))
    return float(piq.ssim(y, x, data_range=1.0))


@pytest.mark.claim("ssim-windows")
@pytest.mark.parametrize("name", QUOTED)
def test_the_quoted_score_is_the_librarys_and_the_packages(
    name: str, pair: tuple[Tensor, Tensor]
) -> None:
    _, _, score, settings = QUOTED[name]
    x, y = pair
    assert by_the_library(name, x, y) == pytest.approx(score, abs=6e-6)
    assert float(ssim(y, x, data_range=1, **settings)) == pytest.approx(score, abs=6e-6)


@pytest.mark.parametrize("name", QUOTED)
def test_the_chapter_quotes_this_score_and_this_version(name: str) -> None:
    distribution, number, score, _ = QUOTED[name]
    rows = CHAPTER.read_text(encoding="utf-8").splitlines()
    (line,) = [row for row in rows if f'"| {name}' in row]
    assert f"| {score:.5f} |" in line
    if distribution:
        assert version(distribution).startswith(number)
        assert f"{name} {number} |" in line
