"""The notebook cache is named by all that a result depends on, and mended where it is damaged."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from freshness import mend, source_hash
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.main import JupyterCacheBase
from nbformat import NotebookNode, v4


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a folder with a package and a lock."""
    (tmp_path / "gentutor" / "bank").mkdir(parents=True)
    (tmp_path / "gentutor" / "bank" / "README.md").write_text("how")
    (tmp_path / "gentutor" / "fit.py").write_text("x = 1")
    (tmp_path / "requirements.lock").write_text("torch==2")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        *("requirements.lock", "recordings/sweep.safetensors", "gentutor/fit.py"),
        *(
            "gentutor/bank/bank.json",
            "gentutor/bank/claims.yml",
            "gentutor/bank/questions/vae.yaml",
        ),
        *("gentutor/widgets/kit.js", "gentutor/widgets/kit.css"),
    ],
)
def test_what_a_result_depends_on_changes_the_name(sources: Path, name: str) -> None:
    before = source_hash(sources)
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("new")
    assert source_hash(sources) != before


def test_what_no_result_depends_on_does_not(sources: Path) -> None:
    before = source_hash(sources)
    (sources / "gentutor" / "bank" / "README.md").write_text("how else")
    (sources / "notes.yaml").write_text("new")
    assert source_hash(sources) == before


@pytest.fixture
def cache(tmp_path: Path) -> JupyterCacheBase:
    """Return a cache that holds two run notebooks."""
    cache = get_cache(tmp_path / "cache")
    for source in ("1 + 1", "2 + 2"):
        notebook = a_notebook(source)
        notebook.cells[0].execution_count = 1
        notebook.cells[0].outputs = [v4.new_output("execute_result", {"text/plain": source})]
        cache.cache_notebook_bundle(CacheBundleIn(notebook, f"{source}.ipynb"))
    return cache


def a_notebook(source: str) -> NotebookNode:
    """Return a notebook of one cell, not run."""
    return v4.new_notebook(cells=[v4.new_code_cell(source)])


def found(cache: JupyterCacheBase) -> list[str]:
    """Return which of the two notebooks the book's build would find in the cache."""
    fresh = get_cache(cache.path)
    sources = []
    for source in ("1 + 1", "2 + 2"):
        with suppress(KeyError):  # the build runs it then; any other error ends the build
            _, notebook = fresh.merge_match_into_notebook(a_notebook(source))
            assert notebook.cells[0].outputs[0].data["text/plain"] == source
            sources.append(source)
    return sources


def test_a_sound_cache_stays_as_it_is(cache: JupyterCacheBase) -> None:
    assert list(mend(cache.path)) == []
    assert found(cache) == ["1 + 1", "2 + 2"]


def test_where_there_is_no_cache_there_is_nothing_to_mend(tmp_path: Path) -> None:
    assert list(mend(tmp_path / "none")) == []


def cut(path: Path) -> None:
    """Leave the first half of a file, as a full disk does."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("spoil", [cut, Path.unlink, lambda path: path.write_bytes(b"\x00" * 99)])
def test_a_damaged_notebook_runs_again_and_the_other_stays(
    cache: JupyterCacheBase, spoil: Callable[[Path], object]
) -> None:
    key = cache.match_cache_notebook(a_notebook("1 + 1")).hashkey
    spoil(cache.path / "executed" / key / "base.ipynb")
    assert list(mend(cache.path)) == [f"one notebook, {key}"]
    assert found(cache) == ["2 + 2"]
    assert list(mend(cache.path)) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"garbage" * 999, "not a database"), (b"", "no such table"), (None, "malformed")],
)
def test_a_damaged_database_costs_the_whole_cache(
    cache: JupyterCacheBase, content: bytes | None, why: str
) -> None:
    database = cache.path / "global.db"
    if content is None:
        cut(database)
    else:
        database.write_bytes(content)
    [said] = mend(cache.path)
    assert why in said
    assert str(database) in said
    assert found(cache) == []


def test_a_cache_that_another_process_holds_is_left_alone(cache: JupyterCacheBase) -> None:
    with closing(sqlite3.connect(cache.path / "global.db")) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            list(mend(cache.path))
    assert found(cache) == ["1 + 1", "2 + 2"]
