"""Kill the quiz at random moments and look for answers that it had acknowledged and lost.

python benchmarks/quiz_kills.py [kills]        200 by default; a test does 20
"""

import io
import os
import random
import re
import signal
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path

import pexpect

BUSY = 120  # seconds to wait for a prompt on a busy machine
LONGEST = 1.0  # seconds from the first question to the kill
KEYS = ("1", "2", "3", "a", "", "")  # each judges some kinds, is refused by others, or goes on
VERDICT = re.compile(r"(?:^|> )(?:Right\.|Not yet\.|Looked up:|Noted:)", re.MULTILINE)


def kill_once(folder: Path, luck: random.Random) -> tuple[int, int]:
    """Answer questions through a pseudo-terminal; a thread kills the quiz without warning.

    The moment may lie anywhere: while a key is read, while the store is written, or between.

    Args:
        folder: where the history lies, from earlier kills too.
        luck: chooses keys and the moment.

    Returns:
        How many answers were acknowledged, and how many the store has got.
    """
    before = stored(folder)
    environment = os.environ | {"GENTUTOR_DATA": str(folder), "TERM": "dumb"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "gentutor.cli", "quiz", "--plain", "--new", "1000"],
        env=environment,
        encoding="utf-8",
        timeout=BUSY,
        echo=False,
    )
    child.logfile_read = seen = io.StringIO()
    child.expect(" > ")
    killer = threading.Timer(luck.uniform(0, LONGEST), os.kill, (child.pid, signal.SIGKILL))
    killer.start()
    try:
        prompted = True
        while prompted:
            child.sendline(luck.choice(KEYS))
            prompted = child.expect([" > ", pexpect.EOF]) == 0
    except OSError:  # the terminal went while a key was sent
        child.expect(pexpect.EOF)
    killer.join()
    child.close(force=True)
    questions = seen.getvalue().replace("\r\n", "\n").split("\n--- ")[1:]
    return sum(bool(VERDICT.search(question)) for question in questions), stored(folder) - before


def stored(folder: Path) -> int:
    """Return the events of a store that SQLite finds whole."""
    path = folder / "progress.sqlite"
    if not path.exists():
        return 0
    database = sqlite3.connect(path)
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return database.execute("SELECT count(*) FROM events").fetchone()[0]
    finally:
        database.close()


def kill(times: int, seed: int = 0) -> tuple[int, int, int]:
    """Kill so many times, each time over the same history until it is large.

    Returns:
        Answers acknowledged, acknowledged and lost, and stored just before they were told.
    """
    luck = random.Random(seed)
    acknowledged = lost = ahead = 0
    for begin in range(0, times, 5):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(begin, min(times, begin + 5)):
                told, kept = kill_once(Path(folder), luck)
                acknowledged += told
                lost += max(0, told - kept)
                ahead += max(0, kept - told)
    return acknowledged, lost, ahead


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    told, lost, ahead = kill(count)
    print(f"{count} kills: {told} answers acknowledged, {lost} lost, {ahead} kept but not yet told")
    sys.exit(bool(lost))
