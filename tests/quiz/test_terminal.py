"""The quiz in a real terminal: every question asked, narrow and colourless screens, kills."""

import io
import json
import os
import re
import sys
from pathlib import Path

import pexpect
import pyte
import pytest
import quiz_kills
from rich.cells import cell_len

from gentutor.bank.wording import shuffled
from gentutor.quiz.answers import because
from gentutor.quiz.store import Store

TEX = re.compile(r"\\[A-Za-z]+|\\[,;!{}()\[\]]|\$|[_^]\{")
PROMPT = "(Answer|answer|reply|Enter|none|grade) > "  # a bare > stands in formulas too
BUSY = 120  # seconds to wait for a prompt


def spawn(folder: Path, *arguments: str, columns: int = 4000, term: str = "dumb", **more: str):
    """Start the quiz in a pseudo-terminal; ``transcript`` holds what it has written.

    A narrow one repeats what is typed, as terminals do.
    """
    environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "NO_COLOR"}}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "gentutor.cli", "quiz", *arguments],
        env=environment | {"GENTUTOR_DATA": str(folder), "TERM": term} | more,
        encoding="utf-8",
        timeout=BUSY,
        echo=columns < 4000,
        dimensions=(40, columns),
    )
    child.delaybeforesend = None
    child.transcript = child.logfile_read = io.StringIO()
    return child


def prompts(child, count: int = 1) -> str:
    """Wait for so many prompts; return what was written until then."""
    said = []
    for _ in range(count):
        child.expect(PROMPT)
        said.append(child.before)
    return "\n".join(said).replace("\r\n", "\n")


def lines_of(text: str) -> list[str]:
    """Return a text's lines without what indentation and wide lines leave."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def missing(texts, said: str) -> list[str]:
    """Return the lines of texts of the bank that are not on the screen."""
    return [line for text in texts for line in lines_of(text) if line not in said]


def asked(bank, said: str, number: int):
    """Return the question whose prompt, and whose title, stand at the end of what was written."""
    shown = said[said.rindex("\n--- ") :]
    found = [
        question
        for question in bank["questions"]
        if lines_of(texts_asked(question, number % len(question["variants"]))[0])[0] in shown
        and f"--- {bank['sections'][question['section']]} ·" in shown
        and not missing(texts_asked(question, number % len(question["variants"])), shown)
    ]
    assert len(found) == 1, shown
    return found[0], found[0]["variants"][number % len(found[0]["variants"])]


def texts_asked(question, number: int) -> list[str]:
    """Return the texts that a question shows before it is answered, its prompt first."""
    variant = question["variants"][number]
    entries = [*variant.get("choices", ()), *variant.get("steps", ())]
    return [variant["prompt"]["text"], *(entry["text"]["text"] for entry in entries)]


def right_answer(question, variant) -> str:
    """Return what one types who knows."""
    if question["kind"] == "numeric":
        return repr(variant["answer"])
    if question["kind"] == "order":
        shown = [step["id"] for step in shuffled(variant["steps"], question["id"])]
        return " ".join(str(shown.index(step["id"]) + 1) for step in variant["steps"])
    right = (str(i) for i, choice in enumerate(variant["choices"], 1) if choice["correct"])
    return " ".join(right)


def wrong_answers(question, variant, beliefs) -> list[tuple[str, tuple[str, ...]]]:
    """Return wrong answers, each with the texts that must be said to it."""
    if question["kind"] == "numeric":
        return [(repr(trap["value"]), because(trap, beliefs)) for trap in variant["traps"]]
    if question["kind"] == "order":
        turned = right_answer(question, variant).split()[::-1]
        return [(" ".join(turned), ("Another step comes first.",))]
    return [
        (str(i), because(choice, beliefs))
        for i, choice in enumerate(variant["choices"], 1)
        if not choice["correct"]
    ]


def explained(question, variant, beliefs) -> list[str]:
    """Return the texts that the answer shows: a word on every choice and trap, and why."""
    entries = [*variant.get("choices", ()), *variant.get("traps", ())]
    texts = [text for entry in entries for text in because(entry, beliefs)]
    texts += [step["text"]["text"] for step in variant.get("steps", ())]
    if variant.get("working"):
        texts.append(variant["working"]["text"])
    texts += [
        variant[name]["text"] for name in ("thirty_seconds", "two_minutes") if name in variant
    ]
    texts += [point["text"] for point in variant.get("rubric", ())]
    again = question["follow_up"]
    return [
        *texts,
        question["explanation"]["text"],
        again["prompt"]["text"],
        again["answer"]["text"],
    ]


def test_every_question_of_every_chapter(bank, tmp_path):
    """Give each question all its wrong answers, then the right one; repeats are answered right."""
    beliefs, seen, graded = bank["misconceptions"], set(), {}
    child = spawn(tmp_path, "--plain", "--new", "1000")
    said = prompts(child)
    while len(seen) < len(bank["questions"]) or len(graded) < len(seen):
        again = "· to repeat ·" in said[said.rindex("\n--- ") :]
        question, variant = asked(bank, said, int(again))
        name, kind = question["id"], question["kind"]
        wrong = [] if again or kind == "recall" else wrong_answers(question, variant, beliefs)
        if kind == "recall":
            typed = ["", "1", "3"]
        else:
            typed = [*(answer for answer, _ in wrong), right_answer(question, variant)]
        child.send("".join(f"{line}\n" for line in [*typed, ""]))
        told = [prompts(child) for _ in typed]
        for (answer, texts), words in zip(wrong, told, strict=False):
            assert words.lstrip().startswith("Not yet."), (name, answer)
            assert missing(texts, words) == [], (name, answer)
        verdict = "Noted: good." if kind == "recall" else "Right."
        assert verdict in told[-1], (name, told[-1])
        seen.add(name)
        if again or kind == "recall" or not wrong:
            graded[name] = variant
        last = len(graded) == len(bank["questions"]) and len(seen) == len(graded)
        child.expect("Nothing is left for today." if last else PROMPT)
        said = child.before.replace("\r\n", "\n")
        assert missing(explained(question, variant, beliefs), "\n".join([*told, said])) == [], name
    child.expect(pexpect.EOF)

    transcript = child.transcript.getvalue()
    assert "\x1b" not in transcript
    for question in bank["questions"]:
        for variant in question["variants"]:
            for lines in variant.get("refutation", {}).values():
                for line in lines_of(lines):
                    transcript = transcript.replace(line, "")  # Python may have backslashes
    assert TEX.findall(transcript) == []
    with Store(tmp_path / "progress.sqlite", write=False) as store:
        right = {one["question"] for one in store.reviews() if one["correct"]}
    assert right == seen == {question["id"] for question in bank["questions"]}


@pytest.mark.parametrize(
    ("term", "more", "coloured"),
    [
        ("xterm-256color", {}, True),
        ("xterm-256color", {"NO_COLOR": "1"}, False),
        ("dumb", {}, False),
        ("xterm", {"PYTHONIOENCODING": "ascii:strict"}, True),
    ],
)
def test_forty_columns_with_colour_and_without(bank, tmp_path, term, more, coloured):
    child = spawn(tmp_path, "vae", columns=40, term=term, **more)
    prompts(child)
    for typed in ("9999", "", ""):
        child.send(f"{typed}\n")
        prompts(child)
    child.send("q\n")
    child.expect(pexpect.EOF)
    written = child.transcript.getvalue()
    assert ("\x1b[3" in written or "\x1b[1;3" in written) == coloured
    plain = re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", written)
    assert "\x1b" not in plain
    assert max(cell_len(line) for line in plain.split("\r\n")) <= 40
    screen = pyte.Screen(40, 500)
    pyte.Stream(screen).feed(written)
    words = " ".join(line.strip() for line in screen.display if line.strip())
    question = next(one for one in bank["questions"] if one["id"] == "vae-kl-of-a-gaussian")
    texts = [question["explanation"]["text"], question["follow_up"]["answer"]["text"]]
    if "PYTHONIOENCODING" in more:
        texts = ["That is not the number.", "Enter for the reply"]
    assert [text for text in texts if " ".join(lines_of(text)) not in words] == []


def test_progress_fits_forty_columns(tmp_path, bank, path, run, review):
    with Store(path) as store:
        store.add_all(review(question["id"], ago=2) for question in bank["questions"][::3])
    for arguments in (["progress"], ["progress", "--plain"]):
        result = run(*arguments, COLUMNS="40")
        assert result.exit_code == 0
        links = [line for line in result.output.split("\n") if cell_len(line) > 40]
        assert links == []


def test_no_acknowledged_answer_is_lost_in_twenty_kills():
    acknowledged, lost, ahead = quiz_kills.kill(20)
    assert lost == 0
    assert acknowledged > 10
    assert ahead <= 20  # kept, and killed before it could be said


def test_two_terminals_at_once(tmp_path):
    children = [spawn(tmp_path, "vae", "--plain") for _ in range(2)]
    for child in children:
        prompts(child)
    for _ in range(3):
        for child in children:
            child.send("a\n\n")
            prompts(child, 2)
    for child in children:
        child.send("q\n")
        child.expect(pexpect.EOF)
    with Store(tmp_path / "progress.sqlite", write=False) as store:
        assert len(store.reviews()) == 6
        json.dumps(store.reviews())
