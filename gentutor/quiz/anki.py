"""The bank as a deck for Anki, which a later deck updates without losing a review.

Anki knows a note by its GUID and takes over its text when its time is newer. So the GUIDs come
from the questions' ids, deck, note type, its fields and its one template keep their names and
numbers for good, and each deck is newer than the one that it replaces.
"""

import itertools
import json
import os
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import genanki

from gentutor.bank.compiled import read_compiled
from gentutor.quiz.card import FIELDS, fields

DECK, NOTE_TYPE = 2041887356, 1759204113  # drawn once; never change
LARGEST = 200_000_000  # bytes of an older deck's collection that is read at all
STYLE = Path(__file__).with_name("card.css")
PICK = """<script>
for (const set of document.querySelectorAll(".variants")) {
  const today = Math.floor(Date.now() / 864e5) % set.children.length;
  [...set.children].forEach((one, i) => (one.style.display = i === today ? "block" : "none"));
}
</script>"""
ASKED = "{{Front}}{{Choices}}" + PICK
ANSWERED = (
    '{{Front}}{{Choices}}<hr id="answer">{{Back}}{{Why}}'
    "{{#Misconception}}<p><b>What tempts here</b></p>{{Misconception}}{{/Misconception}}"
    '<div class="about"><p>In the book:</p>{{Link}}'
    "{{#Source}}<p>Sources: {{Source}}</p>{{/Source}}</div>{{Spare1}}{{Spare2}}" + PICK
)


def write_deck(
    path: Path, book: str, *, bank: Mapping[str, Any] | None = None, now: float = 0
) -> int:
    """Write every question of the bank as an Anki package.

    An older deck at the path is replaced in one step, by one whose notes are newer even if the
    clock was set back. Anything else that lies there stays.

    Args:
        path: where to, ``*.apkg`` in an existing folder.
        book: where the cards' links lead: the address of a built book, or its folder.
        bank: the compiled bank; by default the package's own.
        now: seconds since 1970; by default the clock's.

    Returns:
        The number of cards.

    Raises:
        ValueError: a path that is no ``*.apkg``, a file there that is no deck of this guide, or a
            ``book`` that is neither an address nor the folder of a built book.
        FileNotFoundError: the folder does not exist.
        OSError: the folder cannot be written to.
    """
    bank = bank or read_compiled()
    if path.suffix != ".apkg":
        raise ValueError(f"path: expected a name that ends in .apkg, got {path.name!r}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path: expected an existing folder, got {path.parent}")
    stamp = max(int(now or time.time()), newest(path) + 1)
    package = genanki.Package(deck(bank, address(book)))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder, "collection.anki2")
            connection = sqlite3.connect(database)
            package.write_to_db(connection.cursor(), stamp, itertools.count(stamp * 1000))
            connection.commit()
            connection.close()
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
                packed.write(database, database.name)
                packed.writestr("media", json.dumps({}))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return len(bank["questions"])


def deck(bank: Mapping[str, Any], book: str) -> genanki.Deck:
    """Return the deck, its notes in the book's order, tagged by section, kind and level."""
    note_type = genanki.Model(
        NOTE_TYPE,
        "gentutor",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Question", "qfmt": ASKED, "afmt": ANSWERED}],
        css=STYLE.read_text(encoding="utf-8"),
    )
    made = genanki.Deck(DECK, "gentutor", "Questions for the interview, from the study guide.")
    ordered = sorted(bank["questions"], key=lambda one: one["anchor"].partition("#")[0])
    for place, question in enumerate(ordered, 1):
        made.add_note(
            genanki.Note(
                note_type,
                list(fields(question, bank, book).values()),
                guid=genanki.guid_for("gentutor", question["id"]),
                tags=[
                    f"gentutor::{question['section']}",
                    f"kind::{question['kind']}",
                    f"level::{question['difficulty']}",
                ],
                due=place,
            )
        )
    return made


def address(book: str) -> str:
    """Return a book's address with a slash at its end.

    >>> address("https://example.org/guide")
    'https://example.org/guide/'
    """
    parts = urlsplit(book)
    if parts.scheme in ("http", "https") and parts.netloc and not (parts.query or parts.fragment):
        return book.rstrip("/") + "/"
    if Path(book, "index.html").is_file():
        return Path(book).resolve().as_uri() + "/"
    raise ValueError(
        f"book: expected an address that begins with http:// or https://, or the folder of a "
        f"built book, got {book!r}"
    )


def newest(path: Path) -> int:
    """Return the time of an older deck's newest note, 0 where no file is.

    Raises:
        ValueError: what lies there is no deck of this guide.
    """
    if not path.exists():
        return 0
    foreign = ValueError(f"path: expected a new name or an older deck of this guide, got {path}")
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as packed:
            if packed.getinfo("collection.anki2").file_size > LARGEST:
                raise foreign
            connection = sqlite3.connect(packed.extract("collection.anki2", folder))
            try:
                query = "SELECT max(mod), count(*), sum(mid = ?) FROM notes"
                stamp, notes, ours = connection.execute(query, (NOTE_TYPE,)).fetchone()
            finally:
                connection.close()
    except (zipfile.BadZipFile, KeyError, sqlite3.DatabaseError, EOFError, IsADirectoryError):
        raise foreign from None
    if not notes or notes != ours:
        raise foreign
    return int(stamp)
