"""A sitting in the terminal: what is due and new today, question by question."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any

from gentutor.quiz.asking import Asking, Leave, Skip, Undo
from gentutor.quiz.exchange import Review, stamp
from gentutor.quiz.memory import remembered
from gentutor.quiz.schedule import MOST, Standing, agenda, day_of, midnight
from gentutor.quiz.screen import Screen
from gentutor.quiz.store import Store

RECENT = 200  # answers, more than MOST, from which the reader's pace is read
SLACK = timedelta(minutes=5)  # between clocks


def plural(count: int, word: str) -> str:
    """Return a count with its word.

    >>> plural(1, "answer"), plural(0, "answer")
    ('1 answer', '0 answers')
    """
    return f"{count} {word}{'' if count == 1 else 's'}"


def section_of(bank: Mapping[str, Any], name: str) -> str:
    """Return the section that a chapter's name stands for: ``vae``, ``02_vae`` or ``2``.

    Raises:
        ValueError: there is none.
    """
    chapters: dict[str, str] = {}
    for question in bank["questions"]:
        stem = question["anchor"].partition(".html")[0].rpartition("/")[2]
        chapters.setdefault(question["section"], stem)
    for section, stem in chapters.items():
        number = stem.partition("_")[0]
        if name.lower() in {section, stem, number, number.lstrip("0")}:
            return section
    raise ValueError(f"expected one of {', '.join(chapters)}; got {name!r}")


def pace(bank: Mapping[str, Any], reviews: Sequence[Review]) -> float:
    """Return the time that the reader's last answers took, as a multiple of the questions' own."""
    own = {question["id"]: question["seconds"] for question in bank["questions"]}
    recent = [review for review in reviews if review["question"] in own]
    if len(recent) < 20:
        return 1.0
    taken = sum(min(review["seconds"], 5 * own[review["question"]]) for review in recent)
    return min(3.0, max(1 / 3, taken / sum(own[review["question"]] for review in recent)))


def minutes(entries: Iterable[Standing], pace: float, room: int | None = None) -> int:
    """Return the minutes that these questions take, repeats expected: half of the new are missed.

    Args:
        entries: in the order of asking.
        pace: the reader's.
        room: answers that are still allowed today, or None.
    """
    seconds = spent = 0.0
    for entry in entries:
        answers = 1.5 if entry.card is None else 1.1
        if room is not None and spent + answers > room:
            break
        spent += answers
        seconds += answers * entry.question["seconds"]
    return max(1, round(seconds * pace / 60))


def day_answered(review: Review) -> date:
    """Return the reader's day of a review."""
    return day_of(datetime.fromisoformat(review["at"]))


class Sitting:
    """Asks what the schedule wants, and keeps each answer.

    Args:
        screen: where.
        bank: the compiled bank.
        store: the history.
        section: a section, or the empty string for all.
        until: the day of the interview, today or later.
        new: new questions a day; the schedule's own number if left out.
        book: where links lead.
    """

    def __init__(
        self,
        screen: Screen,
        bank: Mapping[str, Any],
        store: Store,
        *,
        section: str = "",
        until: date | None = None,
        new: int | None = None,
        book: str,
    ) -> None:
        self.screen, self.bank, self.store, self.book = screen, bank, store, book
        self.section, self.until, self.new = section, until, new
        self.kept: list[Review] = []  # in this sitting, not undone
        self.skipped: set[str] = set()
        self._read()

    def _read(self) -> None:
        self.reviews = self.store.reviews(RECENT)
        found = remembered(self.store, self.bank["questions"], self.until)
        mine = (entry for entry in found if self.section in ("", entry.question["section"]))
        self.entries = {entry.question["id"]: entry for entry in mine}

    def run(self) -> None:
        """Ask until nothing is left for today or the reader stops."""
        self._opening()
        try:
            while entry := self._next():
                self._ask(*entry)
        except (Leave, EOFError, KeyboardInterrupt):
            self.screen.say()
        self._closing()

    def _todo(self) -> list[tuple[Standing, str]]:
        now = datetime.now(UTC)
        todo = agenda(list(self.entries.values()), now, until=self.until, new=self.new)
        return [pair for pair in todo if pair[0].question["id"] not in self.skipped]

    def _room(self) -> int | None:
        """Return how many more answers today may have, None without a date."""
        if self.until is None:
            return None
        today = day_of(datetime.now(UTC))
        recent = takewhile(lambda day: day >= today, map(day_answered, reversed(self.reviews)))
        return max(0, MOST - sum(day == today for day in recent))

    def _next(self) -> tuple[Standing, str] | None:
        if self.store.changed():  # another terminal has answered
            self._read()
        todo = self._todo()
        if todo and self._room() == 0:
            self.screen.say(f"\n{MOST} answers today: enough. The rest can wait until tomorrow.")
            return None
        return todo[0] if todo else None

    def _ask(self, entry: Standing, why: str) -> None:
        question = entry.question
        number = entry.asked % len(question["variants"])
        title = self.bank["sections"][question["section"]]
        left = len(self._todo())
        leech = ", missed often: read it up" if entry.leech else ""
        self.screen.rule(f"{title} · {why}{leech} · {left} left")

        def keep(grade: int, right: bool, seconds: int) -> None:
            now = datetime.now(UTC)
            name, rev = question["id"], question["rev"]
            review = {"question": name, "rev": rev, "variant": number, "at": stamp(now)}
            answer = {"grade": grade, "correct": right, "seconds": seconds, "where": "terminal"}
            self.kept.append(self.store.add(review | answer))
            self.reviews.append(self.kept[-1])
            self.entries[name] = entry.after(grade, right, now, self.until)

        try:
            Asking(self.screen, self.bank, question, number, keep, self.book).run()
        except Skip:
            if self.entries[question["id"]] is entry:  # not answered before
                self.skipped.add(question["id"])
        except Undo:
            self._undo()

    def _undo(self) -> None:
        if not self.kept:
            self.screen.say("Nothing to undo: no answer in this sitting.")
            return
        review = self.kept.pop()
        self.store.undo(review)
        self._read()
        self.screen.say("Undone: the last answer does not count, and its question comes again.")

    def _opening(self) -> None:
        """Say what today holds and costs."""
        now = datetime.now(UTC)
        newest = max((review["at"] for review in self.reviews), default="")
        if newest > stamp(now + SLACK):
            last, clock = newest[:16].replace("T", " "), stamp(now)[:16].replace("T", " ")
            self.screen.say(
                f"Your clock says {clock} UTC, but your last answer was at {last} UTC. If the "
                "clock was set back, set it right: until then new answers count as older ones.",
                "yellow",
            )
        todo, room = [entry for entry, _ in self._todo()], self._room()
        fresh = sum(entry.card is None for entry in todo)
        cost = minutes(todo, pace(self.bank, self.reviews), room)
        if not todo or room == 0:
            return
        capped = "" if room is None else f", at most {plural(room, 'answer')}"
        said = f"Today: {len(todo) - fresh} due, {fresh} new{capped}; about {cost} minutes."
        if self.until is not None:
            left = (self.until - day_of(now)).days
            said += f" {plural(left, 'day')} left." if left else " Today is the day."
        self.screen.say(said, "bold")
        self.screen.say("? says what you can type; q ends, every answer is kept.", "dim")

    def _closing(self) -> None:
        right = sum(review["correct"] for review in self.kept)
        if self.kept:
            self.screen.say(f"\n{plural(len(self.kept), 'answer')}, {right} right. All are kept.")
        if self._todo():
            return
        seen = [entry.due for entry in self.entries.values() if entry.due is not None]
        today = midnight(day_of(datetime.now(UTC)))
        later = min((due for due in seen if due > today), default=None)
        ahead = f" The next is due on {later.date()}." if later else ""
        self.screen.say(f"Nothing is left for today.{ahead}")
