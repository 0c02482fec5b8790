"""Questions of the bank in a notebook: live there, and plain HTML for the page and its script."""

from functools import cache
from typing import Any

import anywidget
import traitlets

from gentutor.bank.compiled import read_compiled
from gentutor.widgets.explorable import source
from gentutor.widgets.question_html import question_html, without_tex

read_bank = cache(read_compiled)
asked: set[str] = set()  # the ids that `ask` has shown in this session


class Questions(anywidget.AnyWidget):
    """Some questions. In a notebook they answer; in the page they are HTML that a script enhances.

    Args:
        html: the questions' markup, from ``question_html``.

    Attributes:
        reviews: what the reader has answered here, in the form of ``progress.schema.json``.
    """

    _esm = source("question.js", "question_widget.js")
    _css = source("question.css")
    html = traitlets.Unicode().tag(sync=True)
    reviews = traitlets.List(traitlets.Dict()).tag(sync=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """Show the widget where one can run, and its markup where not."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:  # the widget was closed
            return None
        data, metadata = bundle
        data["text/html"] = f'<div class="gq-set" data-model="{self.model_id}">\n{self.html}</div>'
        return data, metadata


def ask(*ids: str, bank: dict[str, Any] | None = None) -> Questions:
    """Show questions where their idea is.

    Args:
        *ids: the questions' ids, at least one.
        bank: the compiled bank; by default the package's own.

    Returns:
        The widget. Write ``ask("vae-kl-of-a-point")`` as a cell's last line.

    Raises:
        ValueError: no id, or one that the bank does not have.
    """
    bank = bank or read_bank()
    known = {question["id"]: question for question in bank["questions"]}
    if not ids:
        raise ValueError("ids: expected at least one question's id, got none")
    for name in ids:
        if name not in known:
            raise ValueError(f"ids: expected ids of questions in the bank, got {name!r}")
    asked.update(ids)
    return Questions(html=first_variants([known[name] for name in ids], bank))


def ask_all(section: str, *, bank: dict[str, Any] | None = None) -> Questions:
    """Show a section's questions that were not asked above, and links to those that were.

    Args:
        section: a key of the bank's sections, such as ``"vae"``.
        bank: the compiled bank; by default the package's own.

    Returns:
        The widget, for the end of a chapter.

    Raises:
        ValueError: a section that the bank does not have.
    """
    bank = bank or read_bank()
    if section not in bank["sections"]:
        expected = ", ".join(bank["sections"])
        raise ValueError(f"section: expected one of {expected}, got {section!r}")
    mine = [question for question in bank["questions"] if question["section"] == section]
    above = [question for question in mine if question["id"] in asked]
    links = "".join(
        f'<li><a href="#question-{question["id"]}">{first_paragraph(question)}</a></li>\n'
        for question in above
    )
    listed = f'<p class="gq-label">Asked above</p>\n<ul class="gq-above">\n{links}</ul>\n'
    rest = first_variants([question for question in mine if question not in above], bank)
    return Questions(html=(without_tex(listed) if above else "") + rest)


def first_variants(questions: list[dict[str, Any]], bank: dict[str, Any]) -> str:
    """Return the HTML of questions as a chapter asks them, which never shows another variant."""
    return "".join(question_html(one, bank, all_variants=False) for one in questions)


def first_paragraph(question: dict[str, Any]) -> str:
    """Return the inner HTML of the first paragraph of a question's prompt."""
    prompt = question["variants"][0]["prompt"]["html"]
    return prompt.partition("<p>")[2].partition("</p>")[0] or prompt
