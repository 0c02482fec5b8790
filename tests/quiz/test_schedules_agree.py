"""The page's script (ts-fsrs) and the terminal (fsrs) schedule alike: 1,000 random histories."""

import json
import math
import os
import random
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gentutor.quiz.schedule import MOST, agenda, limit_on, midnight, new_today, standings
from gentutor.quiz.sitting import minutes, pace

ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
LOGS, QUESTIONS = 30, 10  # a zone: 4 × 30 × 10 histories in all, some of them of old revisions
DAY = date(2024, 10, 4)  # day 20,000; the clocks change in the weeks around


def random_log(seed: int) -> dict:
    """Return a small bank, a log on it, a moment to ask at and perhaps an interview's date."""
    draw = random.Random(seed)
    names = [f"q-{i}" for i in range(QUESTIONS + 2)]  # two are never asked
    questions = [
        {
            "id": name,
            "rev": draw.choice((1, 1, 2)),
            "claims": draw.sample("abcd", 2),
            "seconds": draw.randrange(30, 90),
        }
        for name in names
    ]
    now = datetime(2024, 11, 20, tzinfo=UTC) + timedelta(seconds=draw.randrange(86_400))
    reviews = []
    for question in questions[:QUESTIONS]:
        at = now - timedelta(days=draw.uniform(0, 60))
        for _ in range(draw.randrange(1, 12)):
            review = {
                "question": question["id"],
                "rev": question["rev"] if draw.random() < 0.9 else 3 - question["rev"],
                "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "grade": draw.choices((1, 2, 3, 4), (3, 2, 6, 1))[0],
                "correct": draw.random() < 0.6,
                "seconds": draw.randrange(5, 400),
            }
            reviews.append(review)
            at += timedelta(days=draw.choice((0, 0.008, 0.01, 0.3, 1, 3, 11)) * draw.random() * 2)
            if at > now:
                break
    reviews.sort(key=lambda review: review["at"])
    left = draw.choice((None, 0, 1, 2, 5, 9, 15, 40))
    until = None if left is None else (now.date() + timedelta(days=left)).isoformat()
    fresh = draw.choice((None, None, 0, 1, 3))
    log = {"questions": questions, "reviews": reviews, "now": now.isoformat(), "until": until}
    return log | {"fresh": fresh}


def in_node(root: Path, logs: list[dict], zone: str) -> dict:
    """Return what the page's script makes of the logs, by the clock of a zone."""
    if (node := shutil.which("node")) is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    assets = root / "book" / "_assets"
    program = Path(__file__).with_name("schedule_node.cjs")
    done = subprocess.run(
        [node, program, assets / "vendor" / "ts-fsrs.umd.js", assets / "schedule.js"],
        input=json.dumps(logs),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TZ": zone},
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("zone", ZONES)
def test_page_and_terminal_agree_on_random_histories(root: Path, zone: str) -> None:
    first = LOGS * ZONES.index(zone)
    logs = [random_log(seed) for seed in range(first, first + LOGS)]
    answered = seen = 0
    for log, page in zip(logs, in_node(root, logs, zone)["answers"], strict=True):
        until = log["until"] and date.fromisoformat(log["until"])
        entries = standings(log["questions"], log["reviews"], until=until, zone=ZoneInfo(zone))
        for entry, told in zip(entries, page["entries"], strict=True):
            assert entry.asked == told["asked"]
            answered += told["asked"]
            if entry.card is None:
                assert told["stability"] is None
                continue
            seen += 1
            assert entry.due is not None
            assert told["stability"] == pytest.approx(entry.card.stability, rel=1e-5, abs=1e-6)
            assert told["difficulty"] == pytest.approx(entry.card.difficulty, rel=1e-5, abs=1e-6)
            assert told["due"] == pytest.approx(entry.due.timestamp() * 1000, abs=1)
            assert told["repeats"] == entry.repeats
            if until:
                assert told["recall"] == pytest.approx(entry.recall(until), abs=1e-5)
        listed = agenda(
            entries,
            datetime.fromisoformat(log["now"]),
            until=until,
            new=log["fresh"],
            zone=ZoneInfo(zone),
        )
        own = pace(log, log["reviews"])
        assert page["pace"] == pytest.approx(own)
        for seconds, room in zip(page["seconds"], (None, MOST, 4), strict=True):
            todo = [entry for entry, _ in listed]
            assert max(1, round(seconds / 60)) == minutes(todo, own, room)
        assert page["agenda"] == [[entry.question["id"], why] for entry, why in listed]
    assert seen >= 250  # in each of four zones
    assert answered > 4 * seen  # histories, not single answers


def test_page_and_terminal_agree_on_limits_and_on_new_questions_a_day(root: Path) -> None:
    page = in_node(root, [], "UTC")
    ends = [None, *(DAY + timedelta(days=left) for left in range(40))]
    table = [
        new_today(unseen, unseen % 5, until, DAY, fresh)
        for unseen in range(0, 320, 7)
        for until in ends
        for fresh in (None, 0, 12)
    ]
    assert page["table"] == table
    assert page["limits"] == [limit_on(DAY, DAY + timedelta(days=left)) for left in range(12)]
    assert math.isclose(midnight(DAY).timestamp(), 20_000 * 86_400)
