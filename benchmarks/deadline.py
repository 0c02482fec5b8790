"""What the schedule's deadline mode is worth: three weeks on the whole bank, against plain FSRS.

python benchmarks/deadline.py          prints the numbers and writes book/_assets/deadline.svg
"""

import json
import statistics
from datetime import date
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from gentutor.bank.compiled import read_compiled
from gentutor.figures.deadline import recall_by_plan
from gentutor.figures.style import RC
from gentutor.quiz.schedule import MOST
from gentutor.quiz.simulation import Course, simulate

BEGIN, DAYS, READERS = date(2026, 12, 1), 21, 4
PLANS = {
    "until the day": {"deadline": True},
    "plain FSRS, 28 new a day": {"deadline": False, "new": 28},
    "plain FSRS, 10 new a day": {"deadline": False},
}
KNOWN = {0.5: READERS, 0.3: 2, 0.7: 2}  # share right at first sight: simulated readers


def told(courses: list[Course]) -> dict[str, float]:
    """Return the numbers of a plan over its readers."""
    on_the_day = [course.recall[-1] for course in courses]
    unseen = [sum(one == 0 for one in course.final) for course in courses]
    return {
        "recall, mean": round(statistics.mean(on_the_day), 4),
        "recall, lowest reader": round(min(on_the_day), 4),
        "recall, highest reader": round(max(on_the_day), 4),
        "most answers on a day": max(max(course.answers) for course in courses),
        "answers in all, mean": round(statistics.mean(sum(c.answers) for c in courses)),
        "minutes a day, mean": round(statistics.mean(sum(c.minutes) / DAYS for c in courses)),
        "never asked, mean": round(statistics.mean(unseen), 1),
    }


def main() -> None:
    """Simulate, print, and draw the readers who know half at first sight."""
    questions = read_compiled()["questions"]
    results: dict[str, dict[str, float]] = {}
    drawn: dict[str, list[Course]] = {}
    for known, readers in KNOWN.items():
        for name, plan in PLANS.items():
            courses = [
                simulate(questions, BEGIN, DAYS, known=known, seed=seed, **plan)
                for seed in range(readers)
            ]
            label = f"{known:.0%} known, {name}"
            results[label] = told(courses)
            print(label, results[label], flush=True)
            if known == 0.5:
                drawn[name] = courses
    settings = {"questions": len(questions), "days": DAYS, "at most a day": MOST}
    root = Path(__file__).parents[1]
    file = root / "benchmarks" / "results" / "deadline.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(settings | results, indent=1) + "\n")
    with mpl.rc_context(RC | {"svg.hashsalt": "deadline"}):
        fig = recall_by_plan(
            {name: [course.recall for course in courses] for name, courses in drawn.items()},
            {name: [course.answers for course in courses] for name, courses in drawn.items()},
            most=MOST,
        )
        fig.savefig(root / "book" / "_assets" / "deadline.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
