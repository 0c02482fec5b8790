"""Photographs: whole numbers of 255, in [0, 1], cut where it is said."""

import pytest
import torch
from skimage import data as shipped

from gentutor.data import crops, photograph
from gentutor.data.photographs import GREY, NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_photograph_is_the_middle_of_the_shipped_one(name: str) -> None:
    x = photograph(name, 128)
    whole = getattr(shipped, name)()
    top, left = ((side - 128) // 2 for side in whole.shape[:2])
    assert x.shape == (1, 1 if name in GREY else 3, 128, 128)
    assert round(x[0, 0, 0, 0].item() * 255) == whole[top, left].reshape(-1)[0]
    assert (x * 255 - (x * 255).round()).abs().max() < 1e-12


def test_grey_is_the_mean_of_the_colours() -> None:
    assert torch.equal(photograph("coffee", grey=True)[0, 0], photograph("coffee")[0].mean(0))


def test_crops_are_drawn_in_turn_and_again_alike() -> None:
    some, again = crops(9, 48), crops(9, 48)
    assert torch.equal(some.x, again.x)
    assert some.source.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    assert not torch.equal(some.x[0], some.x[4])


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="name: expected one of astronaut"):
        photograph("lena")
    with pytest.raises(ValueError, match="side: "):
        photograph("page", 400)
    with pytest.raises(ValueError, match="size: "):
        crops(4, 1000)
