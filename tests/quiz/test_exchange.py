"""Progress as a file: what page and terminal exchange, and what is refused without a trace."""

import json
import re
from typing import Any

import pytest

from gentutor.quiz.exchange import FIELDS, document, fault, parse
from gentutor.quiz.store import Store

HOSTILE = [
    "\x1b[2J\x1b]0;owned\x07",
    "<img src=x onerror=alert(1)>",
    "\u202eevil\u202c",
    "a\x00b\r\n",
    "\x9b31m",
    "[red]markup[/red]",
]
WRONG: list[Any] = [*HOSTILE, None, [], {}, "", -1, 1e400, 10**30, True, 0.5]


def test_export_and_import_lose_nothing_and_count_once(run, kept, path, review, tmp_path):
    mine = [review(ago=days) for days in (1, 2, 3)]
    with Store(path) as store:
        store.add_all(mine)
    file = tmp_path / "mine.json"
    assert run("progress", "export", str(file)).exit_code == 0
    assert json.loads(file.read_text()) == {"format": 1, "reviews": kept()}
    again = run("progress", "import", str(file), str(file))
    assert "0 new of 6 answers" in again.output
    assert len(kept()) == 3


def test_files_of_several_readers_merge(run, kept, review, tmp_path):
    files = []
    for reader, days in enumerate(((1, 2), (2.5, 3), (1.5,))):
        files.append(tmp_path / f"{reader}.json")
        files[-1].write_text(document(review(ago=ago) for ago in days))
    result = run("progress", "import", *map(str, files))
    assert "5 new of 5 answers" in result.output
    times = [one["at"] for one in kept()]
    assert times == sorted(times)


@pytest.mark.parametrize("field", FIELDS)
def test_a_hostile_field_is_refused_in_printable_words(run, kept, path, review, tmp_path, field):
    with Store(path) as store:
        store.add(review(ago=5))
    before, file = path.read_bytes(), tmp_path / "file.json"
    refused = 0
    for value in WRONG:
        bad = review() | {field: value}
        if not fault(bad):
            continue
        refused += 1
        text = json.dumps({"format": 1, "reviews": [review(), bad]})
        file.write_text(text.replace("Infinity", "1e400"))
        result = run("progress", "import", str(file))
        assert result.exit_code == 1
        assert "Nothing was imported" in result.output
        assert all(c.isprintable() or c == "\n" for c in result.output), result.output
        assert path.read_bytes() == before
    assert refused >= len(HOSTILE)
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": 2, "reviews": []}', "format 2; this gentutor reads format 1"),
        ('{"format": "\\u001b[2J", "reviews": []}', r'format "\u001b[2J"'),
        ('{"format": 1, "reviews": [{"question": "vae-x"', "cut off"),
        ("", "cut off"),
        ("[" * 100_000, "cut off"),
        ('{"format": 1, "reviews": [' + "[" * 900 + "]" * 900 + "]}", "expected a review"),
        ("[]", "no progress file"),
        ('{"format": 1, "reviews": {}}', "format and reviews"),
        ('{"format": 1, "reviews": [], "\\u001b[2J": 1}', "format and reviews"),
        ('{"format": 1, "reviews": [{"\\u001b[2J": 1}]}', r'"\u001b[2J" is not known'),
        ('{"format": 1, "reviews": [{}]}', "question is missing"),
    ],
)
def test_another_form_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        parse(text)


def test_files_that_are_no_text_or_too_large_or_missing(run, path, tmp_path):
    binary, huge, name = (tmp_path / file for file in ("binary", "huge", "no\x1b[2Jfile"))
    binary.write_bytes(b"\xff\xfe\x00")
    huge.write_bytes(b" " * 20_000_001)
    for file, words in ((binary, "UTF-8"), (huge, "20 MB"), (name, "cannot be read")):
        result = run("progress", "import", str(file))
        assert result.exit_code == 1
        assert words in result.output
        assert "\x1b" not in result.output
    assert not path.exists()


def test_one_refused_file_keeps_the_others_out(run, kept, review, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(document([review()]))
    bad.write_text(good.read_text()[:-30])
    assert run("progress", "import", str(good), str(bad)).exit_code == 1
    assert kept() == []


def test_an_export_that_cannot_be_written_leaves_nothing(run, review, path, tmp_path):
    with Store(path) as store:
        store.add(review())
    result = run("progress", "export", str(tmp_path / "missing" / "file.json"))
    assert result.exit_code == 1
    assert "cannot be written" in result.output
    folder = tmp_path / "taken"
    folder.mkdir()
    assert run("progress", "export", str(folder)).exit_code == 1
    assert list(tmp_path.rglob("*.part")) == []
