"""MS-SSIM against the peers' numbers, and at its ends."""

import piq
import pytest
from photographs import noisy, photograph
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure as torchmetrics_ms_ssim,
)

from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.ssim import ssim
from gentutor.metrics.windows import Window


@pytest.mark.parametrize(("height", "width"), [(176, 180), (203, 191)])
def test_peers_multiscale_numbers(height: int, width: int) -> None:
    x = photograph("coffee", side=208, colour=True)[..., :height, :width]
    y = noisy(x, 0.2)
    theirs = float(piq.multi_scale_ssim(x, y))
    assert float(ms_ssim(x, y, data_range=1, odd="replicate")) == pytest.approx(theirs, abs=1e-9)
    theirs = float(torchmetrics_ms_ssim(x, y, data_range=1.0))
    ours = ms_ssim(x, y, data_range=1, window=Window(border="reflect"), mean_first=True)
    assert float(ours) == pytest.approx(theirs, abs=1e-6)  # its exponents are float32


def test_multiscale_is_one_at_identity_and_zero_where_structure_is_inverted() -> None:
    x = photograph("camera", side=176)
    assert float(ms_ssim(x, x, data_range=1)) == pytest.approx(1, abs=1e-12)
    assert float(ms_ssim(x, 1 - x, data_range=1)) == 0
    one = ms_ssim(x, noisy(x), data_range=1, weights=[1.0])
    assert float(one) == pytest.approx(float(ssim(x, noisy(x), data_range=1)), abs=1e-12)


@pytest.mark.parametrize("side", [161, 168, 175])
def test_replicated_rows_let_smaller_images_in(side: int) -> None:
    x = photograph("coffee", side=side, colour=True)  # was refused: "at least 176 pixels a side"
    y = noisy(x, 0.2)
    theirs = float(piq.multi_scale_ssim(x, y))
    assert float(ms_ssim(x, y, data_range=1, odd="replicate")) == pytest.approx(theirs, abs=1e-9)
    with pytest.raises(ValueError, match="at least 176 pixels a side"):
        ms_ssim(x, y, data_range=1)
    with pytest.raises(ValueError, match=r"at least 161 pixels .* got 160 x 161"):
        ms_ssim(x[..., :160, :161], y[..., :160, :161], data_range=1, odd="replicate")
