"""The Practice and the Mock interview pages on the bank of the tests, as the book loads them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from questions import SCRIPTS, bank_script

from gentutor.widgets.question import read_bank

BANK = read_bank(Path(__file__).parents[2] / "bank_fixture.json")


@pytest.fixture
def site(root, tmp_path) -> Path:
    """Return a folder with both pages and the scripts that the book would give them."""
    (tmp_path / "bank.js").write_text(bank_script(BANK), encoding="utf-8")
    book = tmp_path / "book"
    book.mkdir()
    for page in ("practice", "mock"):
        scripts = []
        for name in SCRIPTS[f"data-{page}"]:
            if name != "bank.js":
                places = (root / "book" / "_assets" / name, root / "gentutor" / "widgets" / name)
                text = next(place for place in places if place.exists()).read_text()
                (tmp_path / Path(name).name).write_text(text)
            scripts.append(f'<script defer src="../{Path(name).name}"></script>')
        for style in ("gentutor/widgets/question.css", "book/_assets/practice.css"):
            (tmp_path / Path(style).name).write_text((root / style).read_text())
        (book / f"{page}.html").write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            '<link rel="stylesheet" href="../question.css">'
            '<link rel="stylesheet" href="../practice.css">'
            f'{"".join(scripts)}<main class="bd-article">'
            f'<div class="gq-page" data-{page}><p>Needs JavaScript.</p></div></main></html>'
        )
    return tmp_path


@pytest.fixture
def visit(site, watch) -> Callable:
    """Return a function that opens a page; ``log`` are the reviews that the store has already."""

    def open_page(page, *, log=(), before="", **options):
        seen = watch(site, "file", **options)
        stored = {f"gentutor:review:{one['at']}:{one['question']}": json.dumps(one) for one in log}
        put = "for (const [key, value] of Object.entries(%s)) localStorage.setItem(key, value);"
        seen.page.add_init_script(before or put % json.dumps(stored))
        tab = seen.open(f"book/{page}.html")
        assert seen.errors + seen.failed + seen.foreign == []
        return tab

    return open_page


@pytest.fixture
def review() -> Callable[..., dict]:
    """Return a function that makes a review of so many hours ago."""

    def make(question: str, *, ago: float, correct: bool = True, **changes) -> dict:
        """Return a review of so many hours ago."""
        at = datetime.now(UTC) - timedelta(hours=ago)
        return {
            "question": question,
            "rev": 1,
            "variant": 0,
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "grade": 3 if correct else 1,
            "correct": correct,
            "seconds": 10,
            "where": "page",
        } | changes

    return make
