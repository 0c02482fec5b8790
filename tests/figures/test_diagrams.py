"""What the diagrams say by their arrows, read back from the SVG: what goes where, and how."""

import inspect
import re

import pytest
from arrows import arrows

from gentutor.figures import diagrams
from gentutor.figures.diagram import WIDTH, Diagram

# name: (words that are labels, forward arrows, gradients' arrows, what is dropped)
EXPECTED: dict[str, tuple[tuple[str, ...], list[str], list[str], list[str]]] = {
    "autoencoder": (
        ("8 numbers",),
        ["x > encoder", "encoder > z", "z > decoder", "decoder > x̂",
         "64 > ‖x − x̂‖²", "64 > ‖x − x̂‖²"],
        ["‖x − x̂‖² > decoder", "decoder > z", "z > encoder"],
        ["p(z)? > z"],
    ),
    "elbo": ((), [], [], []),
    "evaluation": (
        (),
        ["output x̂ > PSNR, SSIM, LPIPS", "reference x > PSNR, SSIM, LPIPS",
         "generated set > network", "real set > network", "network > FID, KID",
         "generated set > classifier", "classifier > Inception Score"],
        [], [],
    ),
    "fid": (
        (),
        ["N images > extractor", "extractor > μr, Σr", "μr, Σr > FID",
         "generated > extractor", "extractor > μg, Σg", "μg, Σg > FID"],
        [], [],
    ),
    "gan": (
        (),
        ["z > generator", "generator > discriminator", "data x > discriminator",
         "discriminator > D(x)", "discriminator > loss of D", "discriminator > loss of G"],
        ["loss of G > discriminator", "discriminator > generator"], [],
    ),
    "generative": (
        (),
        ["z > generator", "generator > x"],
        ["density > generator", "critic > generator"],
        ["x > z"],
    ),
    "inception_score": (
        ("N images", "mean of rows", "each row"),
        ["generated > classifier", "classifier > p(y | x)", "p(y | x) > H[p(y)]",
         "p(y | x) > mean of H[p(y | x)]"],
        [], [],
    ),
    "lpips": (
        (),
        ["x > network", "x̂ > network", "network > φ / ‖φ‖", "φ / ‖φ‖ > w (φ̂ − φ̂′)²",
         "w (φ̂ − φ̂′)² > d = sum over layers"],
        ["d = sum over layers > x̂"], [],
    ),
    "psnr": (
        (), ["reference x > x̂ − x", "image x̂ > x̂ − x", "x̂ − x > MSE", "MSE > PSNR"], [], [],
    ),
    "ssim": (
        (),
        ["x > window", "y > window", "window > luminance", "window > contrast",
         "window > structure", "luminance > ×", "contrast > ×", "structure > ×", "× > map"],
        [], [],
    ),
    "vae": (
        ("μ, s", "= μ + s ⊙ ε"),
        ["x > encoder", "encoder > z", "noise ε ~ N(0, I) > z", "z > decoder", "decoder > m(z)"],
        ["KL(q ‖ prior) > encoder", "−log p(x | z) > decoder", "decoder > z", "z > encoder"], [],
    ),
    "vq_vae": (
        ("z_e", "z_q", "gradient copied"),
        ["x > encoder", "encoder > codebook", "codebook > decoder", "decoder > x̂"],
        ["decoder > encoder", "β‖z_e − sg e‖² > encoder", "‖sg z_e − e‖² > codebook",
         "‖x − x̂‖² > decoder"], [],
    ),
    "wgan": (
        (),
        ["z > generator", "generator > critic", "data x > critic", "critic > f(x)",
         "(‖∇f‖ − 1)² > critic"],
        ["critic > generator"], [],
    ),
}  # fmt: skip
FOUND = {
    name: function
    for name, function in inspect.getmembers(diagrams, inspect.isfunction)
    if function.__module__ == diagrams.__name__
}
# a box that is named like a player is in that player's colour
ROLES = {"encoder": "encoder", "decoder": "decoder", "generator": "generator",
         "critic": "critic", "discriminator": "critic"}  # fmt: skip


def test_every_diagram_has_its_arrows_written_down():
    assert set(EXPECTED) == set(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_arrows_lead_from_and_to_what_the_model_says(name):
    labels, forward, gradient, dropped = EXPECTED[name]
    found = arrows(FOUND[name](), labels)
    expected = {"forward": forward, "gradient": gradient, "dropped": dropped}
    for look, ways in expected.items():
        seen = [f"{start} > {end}" for start, end, how in found if how == look]
        assert sorted(seen) == sorted(ways)


@pytest.mark.parametrize("name", FOUND)
def test_boxes_lie_inside_apart_and_in_their_players_colour(name):
    picture = FOUND[name]()
    boxes = re.findall(
        r'var\(--(\w+),#\w+\)"><rect class="frame" rx="6" '
        r'x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"/>'
        r'<text class="name"[^>]*>([^<]+)<',
        picture.svg(),
    )
    assert boxes
    seen: list[tuple[float, float, float, float]] = []
    for role, *numbers, words in boxes:
        x, y, width, height = map(float, numbers)
        assert x >= 0
        assert y >= 0
        assert x + width <= WIDTH
        assert y + height <= picture.height
        assert role == ROLES.get(words, role)
        for left, top, w, h in seen:
            apart = x >= left + w or left >= x + width or y >= top + h or top >= y + height
            assert apart, f"{words} lies over another box"
        seen.append((x, y, width, height))


def test_the_bars_of_the_elbo_add_up():
    boxes = dict(re.findall(
        r'x="[^"]+" y="[^"]+" width="(\S+)" height="\d+"/><text class="name"[^>]*>([^<]+)<',
        diagrams.elbo().svg(),
    ))  # fmt: skip
    width = {words: float(number) for number, words in boxes.items()}
    evidence, bound, gap = width["log p(x)"], width["ELBO"], width["gap"]
    assert bound + gap == pytest.approx(evidence, abs=5)  # a small seam
    assert width["E log p(x | z)"] - width["rate"] == pytest.approx(bound, abs=5)


def test_a_bent_arrow_bends_to_the_left_of_its_way():
    picture = Diagram(100, alt="An arrow.", caption="An arrow.")
    picture.arrow((0, 50), (100, 50), "way", bend=10)
    path = re.findall(r'd="M0 50Q(\S+) (\S+) (\S+) (\S+)"', picture.svg())[0]
    cx, cy, _, _ = map(float, path)
    assert (cx, cy) == (50, 30)  # the control point lies twice as far off as the curve
    label = re.search(r'x="(\S+)" y="(\S+)">way<', picture.svg())
    assert label is not None
    assert tuple(map(float, label.groups())) == (50, 34)  # above the curve's middle, at 40
    tip = re.search(r'class="head forward" d="M(\S+) (\S+)L', picture.svg())
    assert tip is not None
    assert tuple(map(float, tip.groups())) == (100, 50)
