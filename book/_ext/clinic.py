"""Markdown made of the *mend* exercises: what one sees, the program, and how to begin."""

import io
import runpy
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

from gentutor.bank.exercises import Exercise, UnknownExercise, load
from gentutor.threads import one_thread

LEVELS = {1: "first round", 2: "second round", 3: "last round"}


@cache
def symptom(exercise: Exercise) -> str:
    """Return what the program prints while its bug is in it."""
    printed = io.StringIO()
    program = runpy.run_path(str(exercise.folder / "starter.py"), run_name="starter")
    with one_thread(), redirect_stdout(printed):
        program["symptom"]()
    return printed.getvalue().rstrip()


def bug(exercise: Exercise) -> str:
    """Return one program to mend: title, symptom, commands, and the rest folded."""
    program = (exercise.folder / "starter.py").read_text(encoding="utf-8").rstrip()
    hints = "\n".join(
        f"{i}. {' '.join(hint.split())}" for i, hint in enumerate(exercise.hints(), 1)
    )
    level = f"{LEVELS[exercise.difficulty]}, {exercise.minutes} minutes"
    claims = ", ".join(f"[{claim}](claims.md#claim-row-{claim})" for claim in exercise.claims)
    story, _, given = exercise.text.partition("\n\n")
    return "\n\n".join(
        (
            f"### {exercise.title}",
            story,
            f"```text\n{symptom(exercise)}\n```",
            given,
            f"```\ngentutor write {exercise.id}\npython {exercise.file}\n"
            f"gentutor check {exercise.id} {exercise.file}\n```",
            f"*{level.capitalize()}.* Bears on {claims}.",
            '<details class="sure">\n<summary>The program</summary>',
            f"```python\n{program}\n```",
            '</details>\n\n<details class="sure">\n<summary>Three hints</summary>',
            hints,
            '</details>\n\n<details class="sure">\n<summary>What was wrong</summary>',
            f"```diff\n{exercise.solution()}\n```",
            "</details>",
        )
    )


def bugs(root: Path, names: str) -> str:
    """Return the programs of these names, parted by blanks.

    Raises:
        ValueError: a name is no exercise's, or that of one to write.
    """
    found = []
    for name in names.split():
        try:
            exercise = load(name)
        except UnknownExercise as error:
            raise ValueError(f"bugs: {error}") from None
        if exercise.kind != "mend":
            raise ValueError(f"bugs: expected exercises to mend, got {name!r}, one to write")
        found.append(bug(exercise))
    return "\n\n".join(found)
