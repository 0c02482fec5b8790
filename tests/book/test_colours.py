"""One colour a role: the figures, the pages and the explorables agree, and each can be read."""

import re
from pathlib import Path

import pytest

from gentutor.figures.style import ROLES
from gentutor.proof import maths


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def of_page(root: Path, role: str) -> list[str]:
    """Return a role's colours on the page, light and dark."""
    css = (root / "book" / "_assets" / "gentutor.css").read_text()
    return re.findall(rf"--{role}: (#\w{{6}});", css)


@pytest.mark.parametrize("role", ROLES)
def test_figures_pages_and_explorables_agree(root: Path, role: str) -> None:
    light, dark = of_page(root, role)
    kit = (root / "gentutor" / "widgets" / "kit.css").read_text()
    assert re.findall(rf"--gx-{role}: light-dark\((\S+), (\S+)\);", kit) == [(light, dark)]
    assert ROLES[role].lower() == light


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_be_read_on_both_grounds(root: Path, role: str) -> None:
    light, dark = of_page(root, role)
    assert contrast(light, "#ffffff") >= 4.5
    assert contrast(dark, "#15191e") >= 4.5


def test_roles_have_colours_of_their_own(root: Path) -> None:
    for pick in (0, 1):
        assert len({of_page(root, role)[pick] for role in ROLES}) == len(ROLES)


def test_formulas_know_every_role() -> None:
    for role in ROLES:
        assert f"var(--{role})" in maths.to_mathml(rf"\textcolor{{{role}}}{{x}}", display=False)
