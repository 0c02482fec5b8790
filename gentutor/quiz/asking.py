"""One question in the terminal: asked, hinted at, judged, explained, and asked again."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gentutor.bank.wording import ASKS, LEVELS, shown_number, shown_time, shuffled
from gentutor.quiz.answers import NotAnAnswer, because, judge, read_keys
from gentutor.quiz.screen import Screen

GRADES = ("Missed it", "Hard", "Good", "Easy")
LONGEST = 3600  # seconds of an answer that are counted
HOW = {
    "single": "One key, such as 2.",
    "many": "The keys of all right ones, such as 1 3.",
    "refute": "The keys of all wrong ones, such as 1 3.",
    "numeric": "A number, such as −1.5, 1,5 or 1/3.",
    "order": "The keys in the right order, such as 3 1 2.",
    "recall": "Say it aloud. Then press Enter, compare, and rate yourself.",
}
KEYS = "h hint · a answer · s skip · u undo the last answer · q quit · ? help"


class Leave(Exception):  # noqa: N818
    """The reader stops."""


class Skip(Exception):  # noqa: N818
    """The reader passes over this question."""


class Undo(Exception):  # noqa: N818
    """The last answer is not to count."""


@dataclass
class Asking:
    """Asks one question.

    Args:
        screen: where.
        bank: the compiled bank, for its claims and misconceptions.
        question: which one.
        number: of its variant.
        keep: called with grade and correctness and seconds as soon as the first answer is judged,
            before the reader hears of it: what it does not keep, nobody was told.
        book: where links lead.
    """

    screen: Screen
    bank: Mapping[str, Any]
    question: Mapping[str, Any]
    number: int
    keep: Callable[[int, bool, int], None]
    book: str

    def __post_init__(self) -> None:
        self.variant = self.question["variants"][self.number % len(self.question["variants"])]
        self.hinted = self.kept = False
        self.since = time.monotonic()

    def run(self) -> None:
        """Ask, judge, explain, and ask whether the reader is sure.

        Raises:
            Leave, Skip, Undo: as the reader wishes.
        """
        self._show()
        if self.question["kind"] == "recall":
            self._recall()
        else:
            self._attempts()
        self._again()

    def _show(self) -> None:
        kind, variant = self.question["kind"], self.variant
        level, time_ = LEVELS[self.question["difficulty"]], shown_time(self.question["seconds"])
        self.screen.block(variant["prompt"]["text"])
        self.screen.say(f"{ASKS[kind]} · {level} · {time_}", "dim")
        if "choices" in variant:
            self.screen.choices(choice["text"]["text"] for choice in variant["choices"])
        elif kind == "order":
            steps = shuffled(variant["steps"], self.question["id"])
            self.screen.choices(step["text"]["text"] for step in steps)
        elif variant.get("unit"):
            self.screen.say(f"In {variant['unit']}.")

    def _typed(self, prompt: str) -> str:
        """Return what the reader types, commands obeyed."""
        while True:
            match typed := self.screen.ask(prompt):
                case "q":
                    raise Leave
                case "s":
                    raise Skip
                case "u":
                    raise Undo
                case "h":
                    self.hinted = self.hinted or not self.kept
                    self.screen.block(self.question["hint"]["text"], "italic")
                case "?":
                    self.screen.say(HOW[self.question["kind"]])
                    self.screen.say(KEYS)
                case _:
                    return typed

    def _attempts(self) -> None:
        beliefs = self.bank["misconceptions"]
        while True:
            typed = self._typed("Again, or Enter for the answer" if self.kept else "Answer")
            if typed == "a" or (not typed and self.kept):
                break
            try:
                verdict = judge(self.question, self.variant, typed, beliefs)
            except NotAnAnswer as error:
                self.screen.say(f"{error} {'' if self.kept else '(? for help)'}".strip())
                continue
            self._keep((2 if self.hinted else 3) if verdict.right else 1, verdict.right)
            if verdict.right:
                self.screen.say("Right.", "bold green")
            else:
                self.screen.say("Not yet.", "bold red")
            for text in verdict.said:
                self.screen.block(text)
            if verdict.right:
                break
        if not self.kept:  # who looks first did not know
            self._keep(1, False)
            self.screen.say("Looked up: it will come back.", "yellow")
        self._answer()

    def _recall(self) -> None:
        self._typed("Say it aloud, then Enter")
        variant, screen = self.variant, self.screen
        for title, name in (("thirty seconds", "thirty_seconds"), ("two minutes", "two_minutes")):
            screen.say(f"In {title}", "bold")
            screen.block(variant[name]["text"])
        screen.say("A full answer says", "bold")
        points = variant["rubric"]
        screen.choices(point["text"] for point in points)
        self._explanation()
        while True:
            typed = self._typed("Keys of what you said, or Enter for none")
            try:
                said = len(read_keys(typed, len(points))) if typed else 0
                break
            except NotAnAnswer as error:
                screen.say(str(error))
        screen.say(f"You said {said} of {len(points)} points.")
        names = ", ".join(f"{i} {name.lower()}" for i, name in enumerate(GRADES, 1))
        screen.say(f"How well did you say it? {names}")
        while (typed := self._typed("Your grade")) not in {"1", "2", "3", "4"}:
            screen.say("Expected 1, 2, 3 or 4.")
        self._keep(int(typed), int(typed) > 2)
        screen.say(f"Noted: {GRADES[int(typed) - 1].lower()}.")

    def _keep(self, grade: int, right: bool) -> None:
        if not self.kept:
            seconds = min(LONGEST, max(1, round(time.monotonic() - self.since)))
            self.keep(grade, right, seconds)
            self.kept = True

    def _answer(self) -> None:
        """Show the key, every choice's or trap's reason, and the explanation."""
        variant, beliefs, screen = self.variant, self.bank["misconceptions"], self.screen
        kind = self.question["kind"]
        screen.say("\nThe answer", "bold")
        if kind == "numeric":
            tolerance = variant["tolerance"]
            unit = f" {variant['unit']}" if variant.get("unit") else ""
            screen.say(f"{shown_number(variant['answer'], tolerance)}{unit}", "bold")
            if variant.get("working"):
                screen.block(variant["working"]["text"])
            for trap in variant.get("traps", ()):
                screen.say(f"If you have {shown_number(trap['value'], tolerance)}:", "bold")
                for text in because(trap, beliefs):
                    screen.block(text, indent=3)
        elif kind == "order":
            screen.choices(step["text"]["text"] for step in variant["steps"])
        else:
            yes, no = ("wrong", "right") if kind == "refute" else ("right", "wrong")
            for key, choice in enumerate(variant["choices"], 1):
                screen.say(f"{key} is {yes if choice['correct'] else no}.", "bold")
                for text in because(choice, beliefs):
                    screen.block(text, indent=3)
            if refutation := variant.get("refutation"):
                for words, name in (("These lines settle it:", "code"), ("They print:", "output")):
                    screen.say(words)
                    screen.block("\n".join(f"    {x}" for x in refutation[name].split("\n")))
        screen.say()
        self._explanation()

    def _explanation(self) -> None:
        screen, question = self.screen, self.question
        screen.block(question["explanation"]["text"])
        for source in question["sources"]:
            screen.say(f"Source: {source['text']}", "dim")
        screen.console.print(screen.link(f"{self.book}{question['anchor']}", "In the book"))

    def _again(self) -> None:
        again = self.question["follow_up"]
        self.screen.say("\nAre you sure?", "bold")
        self.screen.block(again["prompt"]["text"])
        self._typed("Enter for the reply")
        self.screen.block(again["answer"]["text"])
