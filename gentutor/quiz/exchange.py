"""A reader's progress as one JSON document, which page and terminal read and write alike.

The form is that of ``gentutor/bank/progress.schema.json``; ``book/_assets/progress.js`` refuses the
same files. What a file says is never printed raw: a fault quotes it as escaped JSON.
"""

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Review = dict[str, Any]

FORMAT = 1
LARGEST = 20_000_000  # bytes of a file that is read at all
PLACES = ("page", "notebook", "terminal", "mock")
ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def stamp(moment: datetime) -> str:
    """Return a moment as the log writes it.

    >>> stamp(datetime(2026, 11, 27, 21, tzinfo=UTC))
    '2026-11-27T21:00:00.000Z'
    """
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def is_time(value: Any) -> bool:
    """Whether a value is a real time, not later than tomorrow, since clocks differ."""
    if not isinstance(value, str) or not AT.fullmatch(value):
        return False
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return stamp(moment) == value and moment < datetime.now(UTC) + timedelta(days=1)


def is_number(value: Any, low: float, high: float) -> bool:
    """Whether a value is a finite number within bounds; true and false are none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and low <= value <= high


def is_whole(value: Any, low: int, high: int = 10**9) -> bool:
    """Whether a value is a whole number within bounds; 1.0 is one, as in JSON."""
    return is_number(value, low, high) and value == int(value)


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "question": (
        lambda v: isinstance(v, str) and len(v) <= 100 and bool(ID.fullmatch(v)),
        "a question's id",
    ),
    "rev": (lambda v: is_whole(v, 1), "a whole number from 1"),
    "variant": (lambda v: is_whole(v, 0), "a whole number from 0"),
    "at": (is_time, "a time such as 2026-11-27T21:00:00.000Z, not in the future"),
    "grade": (lambda v: is_whole(v, 1, 4), "1, 2, 3 or 4"),
    "correct": (lambda v: isinstance(v, bool), "true or false"),
    "seconds": (lambda v: is_number(v, 0, 86_400), "seconds from 0 to 86400"),
    "where": (lambda v: isinstance(v, str) and v in PLACES, f"one of {', '.join(PLACES)}"),
}


def short(value: Any) -> str:
    """Return a value as JSON in at most 60 printable ASCII characters."""
    try:
        return json.dumps(value)[:60]
    except RecursionError:
        return "something nested too deeply"


def fault(review: Any) -> str:
    r"""Return what is wrong with a review, in words; the empty string where nothing is.

    >>> fault({"question": "a", "rev": chr(27) + "[2J"})
    'rev: expected a whole number from 1, got "\\u001b[2J"'
    """
    if not isinstance(review, dict):
        return f"expected a review, got {short(review)}"
    for name in review:
        if name not in FIELDS:
            return f"the field {short(name)} is not known"
    for name, (fits, expected) in FIELDS.items():
        if name not in review:
            return f"the field {name} is missing"
        if not fits(review[name]):
            return f"{name}: expected {expected}, got {short(review[name])}"
    return ""


def parse(text: str) -> list[Review]:
    """Return the reviews of a document.

    Raises:
        ValueError: in words for the reader: not JSON, another format, or a review that is none.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not complete JSON: it may be cut off") from None
    if not isinstance(document, dict) or "format" not in document:
        raise ValueError("it is no progress file")
    if document["format"] != FORMAT or isinstance(document["format"], bool):
        got = short(document["format"])
        raise ValueError(f"it has format {got}; this gentutor reads format {FORMAT}")
    if document.keys() != {"format", "reviews"} or not isinstance(document["reviews"], list):
        raise ValueError("expected the fields format and reviews, and no other")
    for i, review in enumerate(document["reviews"], 1):
        if wrong := fault(review):
            raise ValueError(f"review {i}: {wrong}")
    whole = ("rev", "variant", "grade")
    return [{**one, **{name: int(one[name]) for name in whole}} for one in document["reviews"]]


def read(path: Path) -> list[Review]:
    """Return the reviews of a file.

    Raises:
        OSError: it cannot be read.
        ValueError: larger than 20 MB, not UTF-8, or refused by :func:`parse`.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("it is larger than 20 MB: no progress file")
    try:
        return parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None


def document(reviews: Iterable[Mapping[str, Any]]) -> str:
    """Return reviews as a document."""
    return json.dumps({"format": FORMAT, "reviews": list(reviews)}, indent=1) + "\n"


def write(path: Path, reviews: Iterable[Mapping[str, Any]]) -> None:
    """Write reviews to a file, under a temporary name first.

    Raises:
        OSError: the folder is missing or cannot be written to, or the disk is full.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(document(reviews), encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
