"""The layer lens carries its numbers, and refuses what does not fit."""

from typing import Any

import numpy as np
import pytest
import traitlets
from matplotlib.figure import Figure

from gentutor.widgets import LayerLens


def arguments(**changed: Any) -> dict[str, Any]:
    """Return arguments of a lens of two distortions, three strengths and two layers."""
    rng = np.random.default_rng(0)
    return {
        "kinds": ["shift", "blur"],
        "strengths": [["1 px", "2 px", "3 px"], ["weak", "more", "strong"]],
        "reference": rng.random((3, 8, 6)),
        "images": rng.random((2, 3, 3, 8, 6)),
        "maps": [rng.random((2, 3, 4, 3)), rng.random((2, 3, 2, 2))],
        "psnr": rng.uniform(10, 40, (2, 3)),
        "ssim": rng.uniform(-1, 1, (2, 3)),
        "picture": Figure(),
        "caption": "Two distortions.",
        "alt": "Two bars.",
    } | changed


def test_the_layers_shares_are_the_means_of_the_maps() -> None:
    given = arguments()
    packed = LayerLens(**given).arrays["layers"]
    assert packed["shape"] == [2, 3, 2]
    shares = np.frombuffer(packed["data"], "<f4").reshape(2, 3, 2)
    for number, one in enumerate(given["maps"]):
        np.testing.assert_allclose(shares[..., number], one.mean((2, 3)), rtol=1e-6)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"reference": np.zeros((3, 8, 7))}, r"^reference: expected shape \(3, H, W\) with H = 8"),
        ({"images": np.full((2, 3, 3, 8, 6), 1.5)}, r"^images: expected values in \[0, 1\]"),
        ({"maps": []}, r"^maps: expected one to five layers, got 0"),
        ({"maps": [-np.ones((2, 3, 4, 3))]}, r"^maps: expected no negative value, got -1"),
        ({"maps": [np.ones((2, 2, 4, 3))]}, r"^map0: expected shape .* got \(2, 2, 4, 3\)"),
        ({"psnr": np.zeros((3, 2))}, r"^psnr: expected shape \(D, S\)"),
        ({"ssim": np.full((2, 3), 1.2)}, r"^ssim: expected values in \[-1, 1\], got 1.2"),
        ({"strengths": [["a", "b"], ["c"]]}, r"^strengths: expected 2 lists of 3 texts"),
        ({"kinds": ["shift"]}, r"^strengths: expected 2 lists .* and 1 kinds"),
        ({"kind": 2}, r"^kind: expected 0 to 1, got 2"),
        ({"strength": -1}, r"^strength: expected 0 to 2, got -1"),
    ],
)
def test_what_does_not_fit_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, traitlets.TraitError), match=message):
        LayerLens(**arguments(**changed))


def test_the_choice_is_a_trait() -> None:
    lens = LayerLens(**arguments(kind=1))
    lens.strength = 2
    assert (lens.kind, lens.strength) == (1, 2)
    with pytest.raises(ValueError, match=r"^kind: expected 0 to 1, got 5"):
        lens.kind = 5
