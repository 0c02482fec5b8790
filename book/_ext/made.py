"""Pages that are made of the bank, the ledger and the chapters, so that they stay true.

A page says ``<!-- made: wrong-answers -->``, or ``<!-- made: name argument -->``, on a line of its
own; before the page is read, the line gives way to Markdown from the maker of that name. A maker is
a function of the book's root and the argument that returns Markdown. Like a page's author it links
to ``../notebooks/02_vae.ipynb#eq-vae-elbo`` and to ``claims.md#claim-row-vae-blur``.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bank_pages
import clinic
import sheets
from sphinx.application import Sphinx
from sphinx.util import logging

MADE = re.compile(r"^<!-- made: ([a-z-]+)(?: (.+?))? -->$", re.M)
Maker = Callable[[Path, str], str]
MAKERS: dict[str, Maker] = {
    "bugs": clinic.bugs,
    "cheat-sheets": sheets.cheat_sheets,
    "count": bank_pages.count,
    "diagnostic": bank_pages.diagnostic,
    "formulas": sheets.formulas,
    "picture": sheets.picture,
    "table": sheets.table,
    "wrong-answers": bank_pages.wrong_answers,
}
READ = ("gentutor/bank/**/*.*", "gentutor/plain/*.py", "notebooks/*.ipynb", "book/formulas.yml")
logger = logging.getLogger(__name__)


def made(root: Path, text: str) -> str:
    """Return a page's text with every line ``<!-- made: … -->`` replaced.

    Raises:
        ValueError: no maker has the name, or the maker cannot use the argument.
    """

    def make(match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name not in MAKERS:
            raise ValueError(f"made: expected one of {', '.join(MAKERS)}, got {name!r}")
        return MAKERS[name](root, argument)

    return MADE.sub(make, text)


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the lines of a page, and have it read again when what it is made of changes."""
    if not MADE.search(source[0]):
        return
    root = Path(app.srcdir)
    for pattern in READ:
        for path in root.glob(pattern):
            app.env.note_dependency(str(path))
    try:
        source[0] = made(root, source[0])
    except ValueError as error:
        logger.warning("%s", error, location=docname, type="made")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to the reading of a page's source."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
