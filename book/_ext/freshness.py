"""Keeps stale results out of the book.

The notebook cache re-executes a notebook when its cells change. Results also depend on the
package, its data and the versions installed, so the cache's folder is named by a hash of those.
A cache that a killed build or a full disk left damaged is mended before it is read.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

TYPES = ("css", "js", "json", "py", "safetensors", "wasm", "yaml", "yml")
SOURCES = (*(f"gentutor/**/*.{name}" for name in TYPES), "recordings/*")


def source_hash(root: Path) -> str:
    """Return a hash of everything a notebook's result depends on besides its own cells."""
    digest = hashlib.sha256()
    files = {path for pattern in SOURCES for path in root.glob(pattern)}
    for path in sorted({*files, root / "requirements.lock"}):
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def mend(cache: Path) -> Iterator[str]:
    """Delete what cannot be read in a cache of notebooks, and yield what it was.

    What is deleted runs again. Of a damaged database nothing can be kept.

    Raises:
        sqlite3.OperationalError: another process holds the database, or it cannot be opened.
    """
    database = cache / "global.db"
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database, timeout=1)) as db, db:
            ((state,),) = db.execute("PRAGMA quick_check(1)")
            if state != "ok":
                raise sqlite3.DatabaseError(state)
            for table in ("nbproject", "settings"):
                db.execute(f"SELECT 1 FROM {table} LIMIT 1")
            for (key,) in db.execute("SELECT hashkey FROM nbcache").fetchall():
                folder = cache / "executed" / key
                if not is_notebook(folder / "base.ipynb"):
                    shutil.rmtree(folder, ignore_errors=True)
                    db.execute("DELETE FROM nbcache WHERE hashkey = ?", (key,))
                    yield f"one notebook, {key}"
    except sqlite3.DatabaseError as error:
        if error.args[0].startswith(("database is locked", "unable to open")):
            raise
        shutil.rmtree(cache)
        yield f"all notebooks, since {database} is damaged: {error}"


def is_notebook(path: Path) -> bool:
    """Say whether a file holds a whole notebook."""
    try:
        return "cells" in json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def name_cache(app: Sphinx, config: Config) -> None:
    """Point myst-nb at the cache that belongs to the present sources, mended."""
    root = Path(app.srcdir)
    cache = root / "_build" / "cache" / source_hash(root)
    for what in mend(cache):
        logging.getLogger(__name__).info(f"The cache was damaged; this runs again: {what}")
    config.nb_execution_cache_path = str(cache)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register before myst-nb reads its configuration."""
    app.connect("config-inited", name_cache, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
