"""A question of the bank as HTML that needs no script.

The page, the notebook and the practice pages all show this one markup; ``question.js`` makes it
answer. Without a script the fields are there to think with, and the hint and the answer unfold.
"""

import re
from collections.abc import Iterable
from html import escape
from string import ascii_uppercase
from typing import Any

from gentutor.bank.wording import ASKS, LEVELS, inline, shown_number, shown_time, shuffled

ROOT = "../"  # from a chapter or a page of the book, both one folder deep, to the book's root
TEX = re.compile(r"</?semantics>|<annotation[^>]*>.*?</annotation>", re.S)  # a fifth of the bytes


def without_tex(html: str) -> str:
    """Return HTML whose formulas no longer carry their TeX, which nobody sees but search.

    >>> without_tex('<math><semantics><mi>x</mi><annotation>x</annotation></semantics>')
    '<math><mi>x</mi>'
    """
    return TEX.sub("", html)


def fold(name: str, summary: str, *parts: str) -> str:
    """Return a ``<details>`` of class ``gq-<name>``."""
    return f'<details class="gq-{name}"><summary>{summary}</summary>\n{"".join(parts)}</details>\n'


def tree(tag: str, items: Iterable[str], name: str) -> str:
    """Return a list of class ``gq-<name>``."""
    return f'<{tag} class="gq-{name}">{"".join(items)}</{tag}>\n'


def choice_fields(name: str, kind: str, variant: dict[str, Any]) -> str:
    """Return a radio button or a box to tick for each choice."""
    control = "radio" if kind == "single" else "checkbox"
    return "".join(
        f'<label class="gq-choice"><input type="{control}" name="{name}" value="{choice["id"]}"> '
        f'<span class="gq-letter">{letter}</span> '
        f'<span class="gq-text">{inline(choice["text"]["html"])}</span></label>\n'
        for letter, choice in zip(ascii_uppercase, variant["choices"], strict=False)
    )


def fields(question: dict[str, Any], variant: dict[str, Any]) -> str:
    """Return what the reader answers with."""
    name, kind = f"question-{question['id']}", question["kind"]
    if kind == "numeric":
        unit = escape(variant.get("unit") or "")
        return (
            f'<label class="gq-number">Your answer <input type="text" name="{name}" '
            f'autocomplete="off" spellcheck="false"> <span class="gq-unit">{unit}</span></label>\n'
        )
    if kind == "order":
        items = (
            f'<li data-step="{step["id"]}"><span class="gq-text">{inline(step["text"]["html"])}'
            "</span></li>\n"
            for step in shuffled(variant["steps"], question["id"])
        )
        return tree("ol", items, "steps")
    if kind == "recall":
        return (
            '<label class="gq-words">Say it aloud, or write a few words '
            f'<textarea name="{name}" rows="3"></textarea></label>\n'
        )
    return choice_fields(name, kind, variant)


def because(entry: dict[str, Any], beliefs: dict[str, Any]) -> str:
    """Return what is said to one who chose this, and why it tempts."""
    belief = beliefs.get(entry.get("misconception") or "")
    tempts = f'<div class="gq-tempts">{belief["why"]["html"]}</div>' if belief else ""
    return f'<div class="gq-because">{entry["feedback"]["html"]}{tempts}</div>'


def choice_key(kind: str, variant: dict[str, Any], beliefs: dict[str, Any]) -> str:
    """Return which choices are right and why, and the lines that refute the wrong ones."""
    wanted, other = ("wrong", "right") if kind == "refute" else ("right", "wrong")
    items = (
        f'<li data-choice="{choice["id"]}"{" data-right" * choice["correct"]}><strong>'
        f"{letter} is {wanted if choice['correct'] else other}.</strong> "
        f"{because(choice, beliefs)}</li>\n"
        for letter, choice in zip(ascii_uppercase, variant["choices"], strict=False)
    )
    shown = tree("ul", items, "feedback")
    if refutation := variant.get("refutation"):
        code, output = escape(refutation["code"]), escape(refutation["output"])
        shown += (
            f"<p>These lines settle it:</p><pre><code>{code}</code></pre>"
            f"<p>They print:</p><pre><samp>{output}</samp></pre>\n"
        )
    return shown


def number_key(variant: dict[str, Any], beliefs: dict[str, Any]) -> str:
    """Return the number, and where other numbers come from."""
    unit = f" {escape(variant['unit'])}" if variant.get("unit") else ""
    tolerance = variant["tolerance"]
    items = (
        f'<li data-value="{trap["value"]!r}"><strong>If you have '
        f"{shown_number(trap['value'], tolerance)}:</strong> {because(trap, beliefs)}</li>\n"
        for trap in variant.get("traps", [])
    )
    number = f"<p><strong>{shown_number(variant['answer'], tolerance)}{unit}</strong></p>\n"
    working = variant["working"]["html"] if variant.get("working") else ""
    return number + working + tree("ul", items, "feedback")


def recall_key(variant: dict[str, Any]) -> str:
    """Return the two model answers and the rubric."""
    points = (f"<li>{inline(point['html'])}</li>\n" for point in variant["rubric"])
    return (
        f'<p class="gq-label">In thirty seconds</p>\n{variant["thirty_seconds"]["html"]}\n'
        f'<p class="gq-label">In two minutes</p>\n{variant["two_minutes"]["html"]}\n'
        f'<p class="gq-label">A full answer says</p>\n{tree("ul", points, "rubric")}'
    )


def key(question: dict[str, Any], variant: dict[str, Any], beliefs: dict[str, Any]) -> str:
    """Return the answer of one variant."""
    kind, data = question["kind"], ""
    if kind == "numeric":
        data = f' data-answer="{variant["answer"]!r}" data-tolerance="{variant["tolerance"]!r}"'
        shown = number_key(variant, beliefs)
    elif kind == "order":
        items = (
            f'<li data-step="{step["id"]}"><span class="gq-text">{inline(step["text"]["html"])}'
            "</span></li>\n"
            for step in variant["steps"]
        )
        shown = tree("ol", items, "right-order")
    elif kind == "recall":
        shown = recall_key(variant)
    else:
        shown = choice_key(kind, variant, beliefs)
    return f'<div class="gq-key"{data}>\n{shown}</div>\n'


def question_html(
    question: dict[str, Any], bank: dict[str, Any], *, all_variants: bool = True
) -> str:
    """Return a question with its hint, answer, follow-up, sources and claims.

    Args:
        question: an entry of ``bank["questions"]``.
        bank: the compiled bank, for its claims and misconceptions.
        all_variants: whether to bring the variants that only practice and interview ask.

    Returns:
        A ``<section id="question-<id>">``. The first variant stands open, the others in templates.
    """
    name, beliefs = f"question-{question['id']}", bank["misconceptions"]

    def ask(variant: dict[str, Any]) -> str:
        return (
            f'<fieldset aria-labelledby="{name}-legend {name}-prompt">\n'
            f'<legend id="{name}-legend"><strong>{ASKS[question["kind"]]}</strong> '
            f"{LEVELS[question['difficulty']]} · {shown_time(question['seconds'])}</legend>\n"
            f'<div class="gq-prompt" id="{name}-prompt">{variant["prompt"]["html"]}</div>\n'
            f"{fields(question, variant)}</fieldset>\n"
        )

    first, *others = question["variants"]
    again = question["follow_up"]
    sources = "; ".join(
        f'<a href="{ROOT}book/references.html#{escape(source["key"])}">{escape(source["text"])}</a>'
        for source in question["sources"]
    )
    claims = "; ".join(
        f'<a href="{ROOT}book/claims.html#claim-row-{escape(claim)}">'
        f"{escape(bank['claims'].get(claim, claim)).rstrip('.')}</a>"
        for claim in question["claims"]
    )
    return without_tex(
        f'<section class="gq" id="{name}" data-question="{question["id"]}" '
        f'data-rev="{question["rev"]}" data-kind="{question["kind"]}">\n'
        f"{ask(first)}{fold('hint', 'Hint', question['hint']['html'])}"
        + fold(
            "answer",
            "Answer",
            key(question, first, beliefs),
            f'<div class="gq-explanation">{question["explanation"]["html"]}</div>\n',
            fold(
                "again",
                "Are you sure?",
                again["prompt"]["html"],
                fold("reply", "Reply", again["answer"]["html"]),
            ),
            f'<p class="gq-note">Claims: {claims}.</p>\n' if claims else "",
            f'<p class="gq-note">Sources: {sources}.</p>\n' if sources else "",
        )
        + "".join(
            f"<template>{ask(variant)}{key(question, variant, beliefs)}</template>\n"
            for variant in (others if all_variants else [])
        )
        + "</section>\n"
    )
