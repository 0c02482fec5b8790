"""One progress bar for everything that takes more than two seconds."""

import os
import sys

from tqdm import tqdm


def progress(total: int, unit: str) -> tqdm:
    """Return a tqdm bar that shows after two seconds, in a terminal or a running notebook.

    It stays silent where nobody watches: in a log, a test run, or while the book is built.

    >>> with progress(total=3, unit="step") as bar:
    ...     bar.update()
    """
    watched = sys.stderr.isatty() or "JPY_SESSION_NAME" in os.environ
    return tqdm(total=total, unit=unit, leave=False, delay=2, disable=not watched)
