"""Markdown made of the bank: wrong answers with their refutations, the diagnostic, the counts."""

from pathlib import Path
from typing import Any

from gentutor.bank.compiled import read_compiled
from gentutor.widgets.question_html import inline, question_html, without_tex

# One of each section but one, the quickest that still tells; all judged without the reader's help.
DIAGNOSTIC = (
    "ae-make-it-generate",
    "vae-reductions-mixed",
    "elbo-when-it-is-tight",
    "vq-straight-through-line",
    "gen-fewer-dimensions",
    "met-two-winners",
    "psnr-square-in-bytes",
    "fid-what-zero-means",
    "is-two-ways-of-dropping",
    "lpips-range-without-an-error",
    "gan-no-gradient-in-g",
    "wgan-loss-without-end",
)


def bank_of(root: Path) -> dict[str, Any]:
    """Return the compiled bank, its questions in the order of the book."""
    bank = read_compiled(root / "gentutor" / "bank" / "bank.json")
    bank["questions"].sort(key=lambda question: chapter_of(question))
    return bank


def chapter_of(question: dict[str, Any]) -> str:
    """Return the name of the chapter that asks a question.

    >>> chapter_of({"anchor": "notebooks/02_vae.html#question-vae-kl"})
    '02_vae'
    """
    return Path(question["anchor"].partition("#")[0]).stem


def link_to(question: dict[str, Any]) -> str:
    """Return where a question stands, from a page of ``book/``."""
    return f"../notebooks/{chapter_of(question)}.ipynb#question-{question['id']}"


def wrong_answers(root: Path, _: str = "") -> str:
    """Return every wrong statement of the ``refute`` questions, by section, and its refutation."""
    bank = bank_of(root)
    asked = [question for question in bank["questions"] if question["kind"] == "refute"]
    parts: list[str] = []
    for section in dict.fromkeys(question["section"] for question in asked):
        parts.append(f"## {bank['sections'][section]}")
        parts += [refuted(one, bank) for one in asked if one["section"] == section]
    return "\n\n".join(parts)


def refuted(question: dict[str, Any], bank: dict[str, Any]) -> str:
    """Return the wrong statements of one question, what is true, and the lines that settle it."""
    variant = question["variants"][0]
    beliefs = bank["misconceptions"]
    parts = [f'<div class="gt-asked">{variant["prompt"]["html"]}</div>']
    for choice in variant["choices"]:
        if choice["correct"]:  # the key of such a question: which are wrong
            belief = beliefs.get(choice["misconception"] or "")
            tempts = f'<div class="gt-tempts">{belief["why"]["html"]}</div>' if belief else ""
            parts.append(
                f'<div class="gt-wrong"><p class="gt-said">“{inline(choice["text"]["html"])}”</p>'
                f'<div class="gt-true">{choice["feedback"]["html"]}{tempts}</div></div>'
            )
    refutation = variant["refutation"]
    parts += [
        '<details class="sure">\n<summary>The lines that settle it</summary>',
        f"```python\n{refutation['code']}\n```",
        "They print:",
        f"```text\n{refutation['output']}\n```",
        question["explanation"]["html"],
        "</details>",
        f"[All four statements, right and wrong, as a question]({link_to(question)})",
    ]
    return without_tex("\n\n".join(parts))


def diagnostic(root: Path, _: str = "") -> str:
    """Return the twelve questions of the diagnostic, each beside its chapter.

    Raises:
        ValueError: the bank has no question of that id.
    """
    bank = bank_of(root)
    known = {question["id"]: question for question in bank["questions"]}
    parts = []
    for name in DIAGNOSTIC:
        if name not in known:
            raise ValueError(f"diagnostic: expected ids of questions in the bank, got {name!r}")
        question = known[name]
        title = bank["sections"][question["section"]]
        chapter = f"../notebooks/{chapter_of(question)}.html"
        parts.append(
            f'<div class="gt-check" data-title="{title}" data-chapter="{chapter}">\n'
            f"{question_html(question, bank)}</div>"
        )
    asked = "\n".join(parts)
    return f"~~~~{{raw}} html\n<div data-diagnostic>\n{asked}\n</div>\n~~~~"


def count(root: Path, text: str) -> str:
    """Return a text with the numbers of what the book has in place of ``{chapters}`` and so on.

    Raises:
        ValueError: the text asks for a number that is not counted.
    """
    bank = bank_of(root)
    exercises = root.glob("gentutor/bank/exercises/*/*/task.md")
    ledger = root / "gentutor" / "bank" / "claims.yml"
    numbers = {
        "chapters": len(list(root.glob("notebooks/*.ipynb"))),
        "questions": len(bank["questions"]),
        "exercises": len(list(exercises)),
        "claims": ledger.read_text(encoding="utf-8").count("status: published"),
        "refuted": sum(
            choice["correct"]
            for question in bank["questions"]
            if question["kind"] == "refute"
            for choice in question["variants"][0]["choices"]
        ),
    }
    try:
        return text.format(**numbers)
    except (KeyError, IndexError) as error:
        raise ValueError(f"count: expected {', '.join(numbers)}, got {error}") from None
