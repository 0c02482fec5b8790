"""The reader's history: one SQLite file, to which events are only ever added.

An event is a review or the undoing of one. Triggers refuse every change and every deletion, so a
mistake here cannot cost an answer. Several terminals may write at once; a killed one loses nothing
that it has acknowledged, since each event is committed, and synced to the disk, before its answer
is judged aloud.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from gentutor.quiz.exchange import Review, stamp

VERSION = 1
MARK = 0x67747574  # "gtut": tells the file from other SQLite files
PATIENCE = 10.0  # seconds to wait for another terminal
COLUMNS = ("question", "rev", "variant", "at", "grade", "correct", "seconds", "place")
TABLE = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('review', 'undo')),
  question TEXT NOT NULL, rev INTEGER, variant INTEGER, at TEXT NOT NULL,
  grade INTEGER, correct INTEGER, seconds REAL, place TEXT,
  UNIQUE (kind, question, at)
);
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER IF NOT EXISTS never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
PRAGMA application_id = {MARK};
PRAGMA user_version = {VERSION};
COMMIT;
"""
ADD = f"INSERT OR IGNORE INTO events (kind, {', '.join(COLUMNS)}) VALUES ('review', " + (
    ", ".join("?" * len(COLUMNS)) + ")"
)
LIVE = f"""
SELECT {", ".join(COLUMNS)} FROM events AS event WHERE kind = 'review' AND NOT EXISTS (
  SELECT 1 FROM events WHERE kind = 'undo' AND question = event.question AND at = event.at
) ORDER BY at, id
"""


class StoreError(Exception):
    """The store cannot be used; the message is for the reader."""


def default_path() -> Path:
    """Return where the history lies: in ``GENTUTOR_DATA``, else in the platform's data folder."""
    if folder := os.environ.get("GENTUTOR_DATA"):
        return Path(folder, "progress.sqlite")
    from platformdirs import user_data_path

    return user_data_path("gentutor", appauthor=False) / "progress.sqlite"


class Store:
    """The history in a file.

    Args:
        path: the file; it and its folder are made where they are missing.
        write: whether events will be added; if not, nothing on the disk is touched.

    Raises:
        StoreError: it cannot be opened, is of a newer version, or no history.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        self.path = path
        with self._explained("opened"):
            self._database = self._create() if write else self._look()
        self._seen = self._state()

    def __enter__(self) -> Self:
        """Return the store, open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._database.close()

    def _create(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            if not self._version(database):  # several terminals may do this at once
                for script in ("PRAGMA journal_mode = WAL", TABLE):
                    self._patient(database, script)
            database.execute("PRAGMA synchronous = FULL")
        except BaseException:
            database.close()
            raise
        return database

    @staticmethod
    def _patient(database: sqlite3.Connection, script: str) -> None:
        """Run what SQLite may refuse at once, without waiting, while another does the same."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                database.executescript(script)
                return
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def _look(self) -> sqlite3.Connection:
        if not self.path.exists():
            empty = sqlite3.connect(":memory:")
            empty.executescript(TABLE)
            return empty
        address = self.path.absolute().as_uri()
        for way in ("mode=ro", "mode=ro&immutable=1"):  # the second where the folder is read-only
            database = sqlite3.connect(f"{address}?{way}", timeout=PATIENCE, uri=True)
            try:
                self._version(database)
                database.execute("SELECT 1 FROM events LIMIT 1")
                return database
            except sqlite3.OperationalError:
                database.close()
                if "immutable" in way:
                    raise
            except BaseException:
                database.close()
                raise
        raise AssertionError

    def _version(self, database: sqlite3.Connection) -> int:
        """Return the file's version, 0 where it is new."""
        ((version,),) = database.execute("PRAGMA user_version")
        ((mark,),) = database.execute("PRAGMA application_id")
        ((tables,),) = database.execute("SELECT count(*) FROM sqlite_master")
        if tables and mark != MARK:
            raise StoreError(f"{self.path} is no history of gentutor's. Nothing was changed.")
        if version > VERSION:
            raise StoreError(
                f"{self.path} was written by a newer gentutor (version {version}; this one knows "
                f"{VERSION}). Update gentutor. Nothing was changed."
            )
        return version

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        """Turn an error of SQLite or of the disk into one for the reader."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            causes = {
                "SQLITE_FULL": "the disk is full",
                "SQLITE_READONLY": "the disk or the folder is read-only",
                "SQLITE_CANTOPEN": "the folder cannot be written to",
                "SQLITE_NOTADB": "it is damaged, or no SQLite file",
                "SQLITE_CORRUPT": "it is damaged",
                "SQLITE_BUSY": "another program holds it",
            }
            fits = (cause for key, cause in causes.items() if name.startswith(key))
            cause = next(fits, str(error))
        except OSError as error:
            cause = error.strerror or str(error)
        else:
            return
        raise StoreError(
            f"{self.path} cannot be {done}: {cause}. GENTUTOR_DATA may name another folder."
        )

    def _state(self) -> tuple[int, ...]:
        ((version,),) = self._database.execute("PRAGMA data_version")
        return (version,)

    def changed(self) -> bool:
        """Whether another program has added events since the last call."""
        before, self._seen = self._seen, self._state()
        return before != self._seen

    def reviews(self) -> list[Review]:
        """Return the reviews that were not undone, oldest first."""
        with self._explained("read"):
            rows = self._database.execute(LIVE).fetchall()
        names = (*COLUMNS[:-1], "where")
        reviews = [dict(zip(names, row, strict=True)) for row in rows]
        for review in reviews:
            review["correct"] = bool(review["correct"])
            if review["seconds"] == int(review["seconds"]):
                review["seconds"] = int(review["seconds"])
        return reviews

    def add(self, review: Mapping[str, Any]) -> Review:
        """Keep one review, a millisecond later where its time is taken; return it as kept."""
        kept = dict(review)
        with self._explained("written"):
            while not self._database.execute(ADD, _row(kept)).rowcount:
                later = datetime.fromisoformat(kept["at"]) + timedelta(milliseconds=1)
                kept["at"] = stamp(later)
        return kept

    def add_all(self, reviews: Iterable[Mapping[str, Any]]) -> int:
        """Keep reviews, all or none, each once; return how many were new."""
        before = self._database.total_changes
        with self._explained("written"), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(ADD, map(_row, reviews))
        return self._database.total_changes - before

    def undo(self, review: Mapping[str, Any]) -> None:
        """Add that a review does not count; an import cannot bring it back."""
        key = (review["question"], review["at"])
        with self._explained("written"):
            self._database.execute(
                "INSERT OR IGNORE INTO events (kind, question, at) VALUES ('undo', ?, ?)", key
            )


def _row(review: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(review[name] for name in COLUMNS[:-1]), review["where"])
