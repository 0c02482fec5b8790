"""Brings the questions' script, style and bank to the pages that need them, and to no other.

A cell ``ask("id")`` leaves plain HTML in its page, which ``questions.js`` starts. The live widget
that it also leaves is of use in a notebook alone, so its state, code and all, is dropped here.
Pages that hold ``data-practice`` or ``data-mock`` get the whole bank as a script that works from a
file, too, where a page may not fetch.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from explorables import widget_states
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx

import gentutor.widgets
from gentutor.widgets.question import Questions, read_bank
from gentutor.widgets.question_html import question_html

WIDGETS = Path(gentutor.widgets.__file__).parent
SHIPPED = ("question.js", "question.css")
QUESTIONS = f"{Questions.__module__}.{Questions.__name__}"
STATE = "ipywidgets_state"
REFERENCE = "IPY_MODEL_"
SCRIPTS = {
    "data-question=": ("question.js", "progress.js", "questions.js"),
    "data-practice": (
        "question.js",
        "progress.js",
        "vendor/ts-fsrs.umd.js",
        "bank.js",
        "schedule.js",
        "calendar.js",
        "interview.js",
        "asking.js",
        "progress_file.js",
        "practice.js",
    ),
    "data-mock": ("question.js", "progress.js", "asking.js", "bank.js", "mock.js"),
}


def bank_script(bank: dict[str, Any]) -> str:
    r"""Return the bank as a classic script: what a page asks with, each question as its HTML.

    >>> bank_script({"sections": {}, "claims": {}, "misconceptions": {}, "questions": []})[-62:]
    'gentutor, bank: {"sections":{},"claims":{},"questions":[]} };\n'
    """
    kept = ("id", "rev", "section", "anchor", "claims", "kind", "difficulty", "seconds")
    asked = [
        {name: question[name] for name in kept}
        | {"variants": len(question["variants"]), "html": question_html(question, bank)}
        for question in bank["questions"]
    ]
    asked.sort(key=lambda question: question["anchor"].partition("#")[0])  # the book's order
    sections = {name: bank["sections"][name] for name in (one["section"] for one in asked)}
    told = {"sections": sections, "claims": bank["claims"], "questions": asked}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f"globalThis.gentutor = {{ ...globalThis.gentutor, bank: {text} }};\n"


def add_files(app: Sphinx) -> None:
    """Write the bank's script, and have it copied beside the component's two files."""
    folder = Path(app.doctreedir, "questions")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "bank.js.part"
    part.write_text(bank_script(read_bank(Path(app.srcdir, app.config.questions_bank))), "utf-8")
    part.replace(folder / "bank.js")
    app.config.html_static_path += [str(folder), *(str(WIDGETS / name) for name in SHIPPED)]


def drop_widgets(app: Sphinx, doctree: nodes.document) -> None:
    """Take the questions' widgets, and the layouts that only they use, out of the page's state."""
    docname = app.env.docname
    states = widget_states(app, docname)
    questions = [
        name for name, one in states.items() if one["state"].get("_anywidget_id") == QUESTIONS
    ]
    if not questions:
        return
    own = {name: states.pop(name) for name in questions}
    for reference in references(own) - references(states):
        states.pop(reference, None)
    files = NbMetadataCollector.get_js_files(app.env, docname)
    uri, attributes = files.pop(STATE)
    if states:
        body = json.loads(attributes["body"]) | {"state": states}
        # "<" is written as an escape: the script element ends at the first closing tag in it.
        text = json.dumps(body).replace("<", "\\u003c")
        files[STATE] = (uri, attributes | {"body": text})


def references(states: dict[str, Any]) -> set[str]:
    """Return the ids of the models that these states name among their traits."""
    values = [value for one in states.values() for value in one["state"].values()]
    return {
        value.removeprefix(REFERENCE)
        for value in values
        if isinstance(value, str) and value.startswith(REFERENCE)
    }


def add_scripts(app: Sphinx, pagename: str, _template: str, context: dict, *_: Any) -> None:
    """Load what the page's body asks for, after it has been read."""
    body = context.get("body", "")
    wanted = [names for sign, names in SCRIPTS.items() if sign in body]
    for name in dict.fromkeys(name for names in wanted for name in names):
        app.add_js_file(name, loading_method="defer")
    if wanted:
        app.add_css_file("question.css")
        app.add_css_file("practice.css")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect after ``explorables`` has looked for dead widgets, which a question is not."""
    app.add_config_value("questions_bank", "gentutor/bank/bank.json", "html")
    app.connect("builder-inited", add_files)
    app.connect("doctree-read", drop_widgets, priority=600)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
