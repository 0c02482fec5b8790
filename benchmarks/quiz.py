"""How soon the terminal is ready: help, and the first question over a history of 20,000 answers.

python benchmarks/quiz.py [rounds]
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gentutor.bank.compiled import read_compiled
from gentutor.quiz.exchange import stamp
from gentutor.quiz.store import Store

REVIEWS = 20_000
PROGRAM = [sys.executable, "-m", "gentutor.cli"]


def fill(path: Path, count: int) -> None:
    """Write a made-up history of so many answers on the whole bank, a year long."""
    luck = random.Random(0)
    questions = read_compiled()["questions"]
    begin = datetime.now(UTC) - timedelta(days=365)
    reviews = []
    for k in range(count):
        question, right = luck.choice(questions), luck.random() < 0.8
        review = {"question": question["id"], "rev": question["rev"], "variant": 0}
        review |= {"at": stamp(begin + timedelta(days=364 * k / count)), "correct": right}
        reviews.append(review | {"grade": 3 if right else 1, "seconds": 40, "where": "terminal"})
    with Store(path) as store:
        store.add_all(reviews)


def until_shown(arguments: list[str], sign: str, data: str) -> tuple[float, float]:
    """Return the seconds until a sign is printed, by the clock and of the processor's time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"GENTUTOR_DATA": data, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdin
        assert process.stdout
        said = b""
        while sign.encode() not in said and (more := process.stdout.read1()):
            said += more
        assert sign.encode() in said, said
        wall = time.perf_counter() - begin
        process.stdin.close()
        process.stdout.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, spent


def main(rounds: int) -> None:
    """Measure and print; the best of the rounds is what the machine can do when it is idle."""
    results = {}
    with tempfile.TemporaryDirectory() as data:
        fill(Path(data, "progress.sqlite"), REVIEWS)
        for name, arguments, sign in (
            ("quiz --help", ["quiz", "--help"], "--until"),
            ("first question", ["quiz", "--plain"], " > "),
            ("progress", ["progress", "--plain"], "Study next"),
        ):
            times = [until_shown(arguments, sign, data) for _ in range(rounds)]
            walls, spent = zip(*times, strict=True)
            results[name] = {
                "best seconds": round(min(walls), 3),
                "median seconds": round(statistics.median(walls), 3),
                "best processor seconds": round(min(spent), 3),
            }
            print(name, results[name])
    file = Path(__file__).parent / "results" / "quiz.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"reviews": REVIEWS, **results}, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
