"""A small board that processes of one machine share: how far each group is, and whether to stop."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np


class Board:
    """One number for each group, and a flag, in a file that is mapped into memory.

    Every cell has one writer, so nothing has to be locked.

    >>> with shared_board(2) as board:
    ...     go_on = not Board(board.path).report(1, 30)  # as another process would
    ...     board.stop()
    ...     go_on, board.report(0, 12), board.done
    (True, True, 42)
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cells = np.memmap(path, dtype=np.int64, mode="r+")

    def report(self, group: int, done: int) -> bool:
        """Note that a group has taken ``done`` steps; return whether it is to stop."""
        self._cells[1 + group] = done
        return bool(self._cells[0])

    def stop(self) -> None:
        """Tell all groups to stop after their step."""
        self._cells[0] = 1

    @property
    def done(self) -> int:
        """Steps taken so far by all groups together."""
        return int(self._cells[1:].sum())


@contextmanager
def shared_board(groups: int) -> Iterator[Board]:
    """Make a board; it is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="gentutor-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "board"
        path.write_bytes(bytes(8 * (1 + groups)))
        yield Board(path)
