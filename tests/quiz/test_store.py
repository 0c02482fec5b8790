"""The store: only added to, whole after trouble, and clear about what it cannot do."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gentutor.quiz.store import VERSION, Store, StoreError

NOBODY = 65534
WRITER = """
import sys
from pathlib import Path
from gentutor.quiz.store import Store
path, name = Path(sys.argv[1]), sys.argv[2]
review = {"rev": 1, "variant": 0, "grade": 3, "correct": True, "seconds": 1, "where": "terminal"}
with Store(path) as store:
    for i in range(100):
        store.add(review | {"question": name, "at": f"2026-01-01T00:00:00.{i:03d}Z"})
"""


def test_reviews_come_back_as_they_went_in_oldest_first(path, review):
    reviews = [review(ago=days, seconds=seconds) for days, seconds in ((3, 41.5), (1, 7), (2, 0))]
    with Store(path) as store:
        for one in reviews:
            store.add(one)
    with Store(path, write=False) as store:
        assert store.reviews() == [reviews[0], reviews[2], reviews[1]]
        assert store.reviews(2) == [reviews[2], reviews[1]]


def test_two_answers_in_one_millisecond_are_two(path, review):
    with Store(path) as store:
        first = store.add(review(at="2026-01-01T23:59:59.999Z"))
        second = store.add(review(at="2026-01-01T23:59:59.999Z", correct=False))
        assert [first["at"], second["at"]] == [
            "2026-01-01T23:59:59.999Z",
            "2026-01-02T00:00:00.000Z",
        ]
        assert len(store.reviews()) == 2


def test_what_is_undone_stays_undone_and_in_the_log(path, review):
    with Store(path) as store:
        kept, undone = store.add(review(ago=2)), store.add(review(ago=1))
        store.undo(undone)
        assert store.reviews() == [kept]
        assert store.add_all([kept, undone]) == 0  # a file from the page brings it again
        assert store.reviews() == [kept]
        assert store.last_event() == 3


@pytest.mark.parametrize("statement", ["DELETE FROM events", "UPDATE events SET grade = 4"])
def test_the_log_refuses_changes(path, review, statement):
    with Store(path) as store:
        store.add(review())
    database = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="only added"):
        database.execute(statement)
    database.close()


def test_an_import_is_taken_whole_or_not_at_all(path, review):
    with Store(path) as store:
        with pytest.raises(KeyError):
            store.add_all([review(ago=2), {"question": "vae-x"}])
        assert store.reviews() == []


def test_terminals_that_start_and_write_at_once_lose_nothing(path, root):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, name], cwd=root)
        for name in ("vae-a", "vae-b", "vae-c")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    with Store(path, write=False) as store:
        assert len(store.reviews()) == 300
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_another_terminal_is_noticed(path, review):
    with Store(path) as mine, Store(path) as other:
        assert not mine.changed()
        mine.add(review(ago=2))
        assert not mine.changed()
        other.add(review(ago=1))
        assert mine.changed()
        assert not mine.changed()


def test_looking_makes_no_file(path):
    with Store(path, write=False) as store:
        assert store.reviews() == []
    assert not path.parent.exists()


def spoiled(path: Path, how: str) -> None:
    """Write a file that is no history of this version."""
    path.parent.mkdir()
    if how == "newer":
        Store(path).__exit__()
        database = sqlite3.connect(path)
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
        database.close()
    elif how == "foreign":
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE notes (id INTEGER)")
        database.close()
    else:
        path.write_bytes(b"This is no database.\n" * 400)


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("newer", "newer gentutor (version 2; this one knows 1)"),
        ("foreign", "no history of gentutor's"),
        ("text", "damaged, or no SQLite file"),
    ],
)
def test_a_strange_file_is_refused_and_stays_as_it_is(path, how, words, write):
    spoiled(path, how)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(path, write=write)
    assert words in str(caught.value)
    assert path.read_bytes() == before


def test_a_full_disk_is_named_and_the_rest_stays(path, review):
    with Store(path) as store:
        first = store.add(review(ago=9))
        ((pages,),) = store._database.execute("PRAGMA page_count")
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="the disk is full"):
            store.add_all(review(f"vae-{'x' * 90}", ago=days) for days in range(1, 999))
        assert store.reviews() == [first]


@pytest.fixture
def read_only(path, review) -> Iterator[None]:
    """Make the folder of a history read-only, for root too."""
    with Store(path) as store:
        store.add(review())
    files = [path.parent, *path.parent.iterdir()]
    for file in files:
        file.chmod(0o555 if file.is_dir() else 0o444)
    for above in path.parents[1:]:  # pytest's own folders are for their owner alone
        if above.name.startswith(("pytest-", "popen-", "test_")):
            above.chmod(0o755)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(before)
    path.parent.chmod(0o755)


def write_one(path: Path) -> None:
    """Open a store and keep another review."""
    with Store(path) as store:
        store.add({**store.reviews()[0], "question": "vae-b"})


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="POSIX")
def test_a_read_only_folder_is_named_and_still_read(path, read_only):
    with pytest.raises(StoreError, match="the disk or the folder is read-only"):
        write_one(path)
    with Store(path, write=False) as store:
        assert len(store.reviews()) == 1


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="GENTUTOR_DATA"):
        Store(tmp_path / "file" / "data" / "progress.sqlite")
