"""The form of a reader's progress: schema, page and terminal refuse the same files."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gentutor.quiz import exchange

SOUND = {
    "question": "vae-kl-of-a-point",
    "rev": 1,
    "variant": 0,
    "at": "2026-11-27T21:00:00.000Z",
    "grade": 3,
    "correct": True,
    "seconds": 41.5,
    "where": "mock",
}
CHANGES: list[tuple[str, Any]] = [
    ("question", "Vae Blur"),
    ("question", "a" * 101),
    ("question", "<img>"),
    ("rev", 0),
    ("rev", 1.5),
    ("variant", -1),
    ("at", "2026-11-27 21:00"),
    ("at", 17),
    ("grade", 5),
    ("grade", "3"),
    ("correct", "yes"),
    ("seconds", -1),
    ("seconds", 100_000),
    ("seconds", None),
    ("where", "anki"),
    ("note", "a field of its own"),
]
FILES = [
    {"format": 1, "reviews": [SOUND]},
    {"format": 1, "reviews": []},
    *({"format": 1, "reviews": [SOUND, SOUND | {name: value}]} for name, value in CHANGES),
    *({"format": 1, "reviews": [{k: v for k, v in SOUND.items() if k != name}]} for name in SOUND),
    {"format": 2, "reviews": [SOUND]},
    {"reviews": [SOUND]},
    {"format": 1, "reviews": {}},
    {"format": 1, "reviews": [SOUND], "name": "x"},
    [SOUND],
]
ASK = """
const files = JSON.parse(require("fs").readFileSync(0, "utf8"));
eval(files.script);
const taken = files.files.map((file) => {
  const text = JSON.stringify(file);
  try { globalThis.gentutor.progress.imported(text); return true; } catch { return false; }
});
process.stdout.write(JSON.stringify(taken));
"""


@pytest.fixture(scope="module")
def taken(root: Path) -> list[bool]:
    """Return which of the files the page's script takes over."""
    if (node := shutil.which("node")) is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    script = (root / "book" / "_assets" / "progress.js").read_text(encoding="utf-8")
    text = json.dumps({"script": script, "files": FILES})
    done = subprocess.run([node, "-e", ASK], input=text, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_schema_and_page_take_the_same_files(root: Path, taken: list[bool]) -> None:
    schema = json.loads((root / "gentutor" / "bank" / "progress.schema.json").read_text())
    valid = jsonschema.Draft202012Validator(schema).is_valid
    assert [valid(file) for file in FILES] == taken
    assert sum(taken) == 2


def test_the_terminal_takes_the_same_files(taken: list[bool]) -> None:
    def takes(file: Any) -> bool:
        try:
            exchange.parse(json.dumps(file))
        except ValueError:
            return False
        return True

    assert [takes(file) for file in FILES] == taken
