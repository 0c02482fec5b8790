"""A question of the bank as the fields of an Anki note: HTML, formulas in Anki's own brackets.

The names in ``FIELDS`` never change: Anki takes a note type with other fields for another one and
would no longer update the cards that a reader has. What comes later goes into the spares.
"""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from string import ascii_uppercase
from typing import Any

from gentutor.bank.wording import ASKS, LEVELS, inline, shown_number, shown_time, shuffled

FIELDS = (
    *("Id", "Front", "Choices", "Back", "Why", "Link", "Misconception", "Source"),
    *("Spare1", "Spare2"),
)
Entry = Mapping[str, Any]


def fields(question: Entry, bank: Entry, book: str) -> dict[str, str]:
    """Return what stands in each field of a question's note.

    Args:
        question: an entry of ``bank["questions"]``.
        bank: the compiled bank, for its claims, sections and misconceptions.
        book: address of the built book, ending in a slash.

    Returns:
        HTML by the names of :data:`FIELDS`. A question of several variants has each of them in
        Front and Back; the card shows one a day.
    """
    filled = {
        "Id": question["id"],
        "Front": front(question),
        "Choices": choices(question),
        "Back": variants(question, answer),
        "Why": why(question),
        "Link": link(question, bank, book),
        "Misconception": tempts(question, bank["misconceptions"]),
        "Source": sources(question, book),
    }
    return {name: filled.get(name, "") for name in FIELDS}


def listed(items: Iterable[str], name: str, tag: str = "ul") -> str:
    """Return a list of one class."""
    letters = ' type="A"' if name == "choices" else ""
    inner = "".join(f"<li>{item}</li>" for item in items)
    return f'<{tag} class="{name}"{letters}>{inner}</{tag}>'


def fold(summary: str, inner: str) -> str:
    """Return what unfolds at a touch."""
    return f"<details><summary>{summary}</summary>{inner}</details>"


def variants(question: Entry, write: Callable[[Entry, Entry], str]) -> str:
    """Return every variant's text; the card's script shows one of them."""
    texts = "".join(f"<div>{write(question, variant)}</div>" for variant in question["variants"])
    return f'<div class="variants">{texts}</div>'


def front(question: Entry) -> str:
    """Return what is asked: the kind, the level and the time, and the prompts."""
    about = (
        f'<p class="asks"><b>{ASKS[question["kind"]]}</b> · {LEVELS[question["difficulty"]]} · '
        f"{shown_time(question['seconds'])}</p>"
    )
    prompts = variants(question, lambda _, variant: str(variant["prompt"]["anki"]))
    return about + prompts


def choices(question: Entry) -> str:
    """Return what there is to choose from, or to put in order, and the hint."""
    (variant, *_) = question["variants"]
    given = variant.get("choices") or shuffled(variant.get("steps", []), question["id"])
    texts = (inline(one["text"]["anki"]) for one in given)
    hint = fold("Hint", question["hint"]["anki"])
    return (listed(texts, "choices", "ol") if given else "") + hint


def answer(question: Entry, variant: Entry) -> str:
    """Return the right answer of a variant, and what is said to each other one."""
    match question["kind"]:
        case "numeric":
            return number(variant)
        case "order":
            letter = {
                step["id"]: letter
                for letter, step in zip(
                    ascii_uppercase, shuffled(variant["steps"], question["id"]), strict=False
                )
            }
            steps = (
                f"{inline(step['text']['anki'])} <span class='letter'>({letter[step['id']]})</span>"
                for step in variant["steps"]
            )
            return listed(steps, "steps", "ol")
        case "recall":
            points = (inline(point["anki"]) for point in variant["rubric"])
            return (
                f"<p><b>In thirty seconds</b></p>{variant['thirty_seconds']['anki']}"
                f"<p><b>A full answer says</b></p>{listed(points, 'rubric')}"
                + fold("In two minutes", variant["two_minutes"]["anki"])
            )
        case kind:
            return chosen(variant, refute=kind == "refute")


def number(variant: Entry) -> str:
    """Return the number, its working, and where other numbers come from."""
    tolerance, unit = variant["tolerance"], escape(variant.get("unit") or "")
    working = variant["working"]["anki"] if variant.get("working") else ""
    traps = (
        f"<b>If you have {shown_number(trap['value'], tolerance)}:</b> "
        f"{inline(trap['feedback']['anki'])}"
        for trap in variant.get("traps", [])
    )
    shown = f"{shown_number(variant['answer'], tolerance)} {unit}".strip()
    return f'<p class="right">{shown}</p>{working}' + listed(traps, "feedback")


def chosen(variant: Entry, *, refute: bool) -> str:
    """Return what is to be chosen, what is said to each choice, and the lines that refute."""
    given = list(zip(ascii_uppercase, variant["choices"], strict=False))
    keys = (f"{letter} {inline(one['text']['anki'])}" for letter, one in given if one["correct"])
    verdicts = {True: "is right", False: "is wrong"}
    if refute:
        verdicts = {True: "is wrong", False: "holds"}
    looks = {True: "right", False: "holds" if refute else "other"}
    said = (
        f'<b class="{looks[one["correct"]]}">{letter} {verdicts[one["correct"]]}.</b> '
        f"{inline(one['feedback']['anki'])}"
        for letter, one in given
    )
    shown = listed(keys, "right") + listed(said, "feedback")
    if refutation := variant.get("refutation"):
        code, output = escape(refutation["code"]), escape(refutation["output"])
        shown += fold(
            "These lines settle it",
            f"<pre><code>{code}</code></pre><p>They print:</p><pre><samp>{output}</samp></pre>",
        )
    return shown


def why(question: Entry) -> str:
    """Return the explanation, and the interviewer's next question with its reply folded."""
    again = question["follow_up"]
    return question["explanation"]["anki"] + (
        f'<div class="again"><p><b>Are you sure?</b></p>{again["prompt"]["anki"]}'
        f"{fold('Reply', again['answer']['anki'])}</div>"
    )


def link(question: Entry, bank: Entry, book: str) -> str:
    """Return links to the question's place in its chapter and to the claims it is about."""
    chapter = escape(bank["sections"][question["section"]])
    targets = [(question["anchor"], chapter)] + [
        (f"book/claims.html#claim-row-{claim}", escape(bank["claims"].get(claim, claim)))
        for claim in question["claims"]
    ]
    return listed((f'<a href="{escape(book + to)}">{text}</a>' for to, text in targets), "links")


def tempts(question: Entry, beliefs: Entry) -> str:
    """Return the beliefs behind the wrong answers, each with why it tempts."""
    entries = [
        one
        for variant in question["variants"]
        for one in (*variant.get("choices", ()), *variant.get("traps", ()))
    ]
    codes = dict.fromkeys(one["misconception"] for one in entries if one.get("misconception"))
    said = (
        f"“{inline(beliefs[code]['says']['anki'])}” {inline(beliefs[code]['why']['anki'])}"
        for code in codes
        if code in beliefs
    )
    return listed(said, "beliefs") if codes else ""


def sources(question: Entry, book: str) -> str:
    """Return where the answer is from."""
    return "; ".join(
        f'<a href="{escape(book)}book/references.html#{escape(source["key"])}">'
        f"{escape(source['text'])}</a>"
        for source in question["sources"]
    )
