"""A history of the test's own, and the whole bank."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gentutor import cli
from gentutor.bank.compiled import read_compiled
from gentutor.quiz.exchange import Review, stamp
from gentutor.quiz.store import Store


@pytest.fixture(scope="session")
def bank() -> dict[str, Any]:
    """Return the compiled bank."""
    return read_compiled()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the history of this test lies."""
    return tmp_path / "data" / "progress.sqlite"


@pytest.fixture
def run(path: Path) -> Callable[..., Result]:
    """Return a function that runs ``gentutor`` on that history, with lines typed."""
    environment = {"GENTUTOR_DATA": str(path.parent), "COLUMNS": "200", "TERM": "dumb"}

    def runs(*arguments: str, typed: str = "", **more: str) -> Result:
        runner = CliRunner(env=environment | more)
        return runner.invoke(cli.app, arguments, prog_name="gentutor", input=typed)

    return runs


@pytest.fixture
def kept(path: Path) -> Callable[[], list[Review]]:
    """Return a function that reads the history."""

    def reviews() -> list[Review]:
        with Store(path, write=False) as store:
            return store.reviews()

    return reviews


@pytest.fixture
def review() -> Callable[..., Review]:
    """Return a function that makes a review of some days ago."""

    def made(question: str = "vae-kl-of-a-gaussian", *, ago: float = 1, **changes: Any) -> Review:
        at = stamp(datetime.now(UTC) - timedelta(days=ago))
        usual = {"rev": 1, "variant": 0, "at": at, "grade": 3, "correct": True}
        return {"question": question, **usual, "seconds": 41.5, "where": "page"} | changes

    return made
