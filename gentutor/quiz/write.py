"""Lay an exercise into the reader's folder, and never over a file of his."""

import os
from pathlib import Path

from gentutor.bank.exercises import Exercise


def lay(exercise: Exercise, folder: Path) -> list[tuple[Path, bool]]:
    """Write the starter and the task beside it; return each path, and whether it is new.

    A file that exists is left as it is. A new one is written under a temporary name and linked
    into place, which fails where the name is taken.

    Args:
        exercise: which one.
        folder: an existing folder.

    Raises:
        NotADirectoryError: no such folder.
        OSError: the folder cannot be written to.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"folder: expected an existing folder, got {folder}")
    starter = (exercise.folder / "starter.py").read_text(encoding="utf-8")
    task = f"# {exercise.title}\n\n{exercise.text}\n"
    path = folder / exercise.file
    return [
        (file, _new(file, text))
        for file, text in ((path, starter), (path.with_suffix(".md"), task))
    ]


def _new(path: Path, text: str) -> bool:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    try:
        if hasattr(os, "link") and os.name != "nt":
            os.link(part, path)
        elif path.exists():
            return False
        else:
            part.rename(path)  # on Windows this, too, fails where the name is taken
    except FileExistsError:
        return False
    finally:
        part.unlink(missing_ok=True)
    return True
