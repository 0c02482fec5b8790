"""Keeps stale results out of the book.

The notebook cache re-executes a notebook when its cells change. Results also depend on the
package, its data and the versions installed, so the cache's folder is named by a hash of those.
"""

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

TYPES = ("css", "js", "json", "py", "yaml", "yml")
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


def name_cache(app: Sphinx, config: Config) -> None:
    """Point myst-nb at the cache that belongs to the present sources."""
    root = Path(app.srcdir)
    config.nb_execution_cache_path = str(root / "_build" / "cache" / source_hash(root))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register before myst-nb reads its configuration."""
    app.connect("config-inited", name_cache, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
