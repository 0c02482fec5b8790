"""The words around a question, alike in page, notebook, terminal and Anki."""

import math
from hashlib import sha256
from typing import Any

ASKS = {
    "single": "Choose one",
    "many": "Choose every right one",
    "numeric": "Give a number",
    "recall": "Answer in your own words",
    "order": "Put the steps in order",
    "refute": "Choose every wrong statement",
}
LEVELS = {1: "first round", 2: "second round", 3: "last round"}


def shown_number(value: float, tolerance: float = 0.0) -> str:
    """Return a number with as many decimals as its tolerance leaves certain.

    >>> shown_number(0.818147, 0.005), shown_number(-2, 0), shown_number(12544.0, 1)
    ('0.818', '−2', '12544')
    """
    if tolerance > 0:
        text = f"{value:.{max(0, math.ceil(-math.log10(tolerance)))}f}"
    else:
        text = f"{value:.6g}"
    return text.replace("-", "−")


def shown_time(seconds: int) -> str:
    """Return a time to answer in, in words.

    >>> shown_time(45), shown_time(60), shown_time(150)
    ('45 seconds', '1 minute', '2.5 minutes')
    """
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = round(seconds / 30) / 2
    return f"{minutes:g} minute{'s' if minutes != 1 else ''}"


def inline(html: str) -> str:
    """Return a single paragraph's HTML without its paragraph, anything else as it is.

    >>> inline("<p>KL of <em>q</em></p>"), inline("<p>a</p><p>b</p>")
    ('KL of <em>q</em>', '<p>a</p><p>b</p>')
    """
    inner = html.strip().removeprefix("<p>").removesuffix("</p>")
    return html if "<p" in inner or inner == html.strip() else inner


def shuffled(steps: list[dict[str, Any]], seed: str) -> list[dict[str, Any]]:
    """Return the steps in an order fixed by the seed that is never the right one."""
    order = sorted(steps, key=lambda step: sha256(f"{seed} {step['id']}".encode()).digest())
    return order[1:] + order[:1] if order == steps else order
