"""Reads ``bank.json``, the compiled bank: nothing but the standard library is needed for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMPILED = Path(__file__).with_name("bank.json")
FORMAT = 1


def read_compiled(path: Path = COMPILED) -> dict[str, Any]:
    """Return the compiled bank.

    Raises:
        FileNotFoundError: no compiled bank lies there.
        ValueError: a bank of another format than 1.
    """
    bank = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(bank, dict) or bank.get("format") != FORMAT:
        got = bank.get("format") if isinstance(bank, dict) else type(bank).__name__
        raise ValueError(f"{path.name}: expected format {FORMAT}, got {got!r}")
    return bank


def asked(bank: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the questions on each claim, in the bank's order.

    >>> asked({"questions": [{"id": "vae-x", "claims": ["vae-blur"]}]})
    {'vae-blur': ('vae-x',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for question in bank["questions"]:
        for claim in question["claims"]:
            found[claim] = (*found.get(claim, ()), question["id"])
    return found
