"""Pages with questions get their script, no widget state, and a bank that loads from a file."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import ipywidgets
import nbformat
import pytest
from ipywidgets.embed import dependency_state, embed_data
from questions import bank_script
from sphinx.testing.util import SphinxTestApp

from gentutor.widgets import Sweep, ask
from gentutor.widgets.question import read_bank

STATE_TYPE = "application/vnd.jupyter.widget-state+json"
STATE = re.compile(rf'<script[^>]*type="{re.escape(STATE_TYPE)}"[^>]*>(.*?)</script>', re.S)
CONF = """
extensions = ["myst_nb", "explorables", "questions"]
exclude_patterns = ["_build"]
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [["*", "text/html", 5]]
html_static_path = [ASSETS]
questions_bank = BANK
"""


@pytest.fixture(scope="module")
def bank(root):
    """Return the small bank of the tests."""
    return read_bank(root / "tests" / "bank_fixture.json")


@pytest.fixture
def build(tmp_path: Path, root: Path) -> Callable[..., str]:
    """Return a function that builds a page that shows widgets, and gives its HTML."""
    conf = CONF.replace("ASSETS", repr(str(root / "book" / "_assets")))
    (tmp_path / "conf.py").write_text(
        conf.replace("BANK", repr(str(root / "tests" / "bank_fixture.json")))
    )

    def run(*widgets: ipywidgets.Widget, text: str = "# Page") -> str:
        state = {}
        if widgets:  # and not those that other tests have made
            mine = dependency_state(widgets, drop_defaults=False)
            state = embed_data(views=widgets, state=mine)["manager_state"]
        notebook = nbformat.v4.new_notebook(
            metadata={
                "widgets": {STATE_TYPE: state},
                "language_info": {"name": "python", "pygments_lexer": "ipython3"},
            }
        )
        notebook.cells = [nbformat.v4.new_markdown_cell(text)]
        notebook.cells += [
            nbformat.v4.new_code_cell(
                "show()",
                outputs=[nbformat.v4.new_output("display_data", data=one._repr_mimebundle_()[0])],
            )
            for one in widgets
        ]
        nbformat.write(notebook, tmp_path / "index.ipynb")
        app = SphinxTestApp("html", srcdir=tmp_path)
        try:
            app.build()
        finally:
            app.cleanup()
        assert app.warning.getvalue() == ""
        return (tmp_path / "_build" / "html" / "index.html").read_text()

    return run


def scripts(page: str) -> list[str]:
    """Return the names of the scripts that are not Sphinx's."""
    ours = re.findall(r'src="_static/([\w./-]+)\?', page)
    sphinx = {"documentation_options.js", "doctools.js", "sphinx_highlight.js"}
    return [name for name in ours if name not in sphinx and name.endswith(".js")]


def test_questions_come_as_html_with_one_script_and_without_state(build, bank, tmp_path):
    page = build(ask("vae-kl-role", bank=bank), ask("elbo-say-the-gap", bank=bank))
    assert re.findall(r'data-question="([^"]+)"', page) == ["vae-kl-role", "elbo-say-the-gap"]
    assert STATE.findall(page) == []
    assert scripts(page) == ["question.js", "progress.js", "questions.js"]
    for name in scripts(page):
        assert (tmp_path / "_build" / "html" / "_static" / name).stat().st_size > 0
    assert "question.css" in page
    assert "gentutor.start" not in page  # the component is loaded, not embedded


def test_an_explorable_beside_questions_keeps_its_state(build, bank, sweep_arguments):
    sweep = Sweep(**sweep_arguments)
    page = build(sweep, ask("vae-kl-role", bank=bank))
    (text,) = STATE.findall(page)
    states = json.loads(text)["state"]
    assert sweep.model_id in states
    assert {one["state"].get("_anywidget_id", "") for one in states.values()} == {
        "",  # the sweep's layout
        "gentutor.widgets.sweep.Sweep",
    }
    assert len(states) == 2  # no layout of a question is left
    assert "explorables.js" in scripts(page)


def test_a_page_without_questions_loads_none_of_it(build):
    assert scripts(build()) == []


def test_the_practice_page_gets_bank_and_scheduler(build, bank, tmp_path):
    page = build(text="# Practice\n\n<div data-practice></div>")
    assert scripts(page) == [
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
    ]
    shipped = (tmp_path / "_build" / "html" / "_static" / "bank.js").read_text()
    assert shipped == bank_script(bank)


def test_the_banks_script_holds_every_question_in_the_books_order(bank):
    text = bank_script(bank)
    told = json.loads(text[text.index("bank: ") + 6 : text.rindex(" };")])
    assert list(told["sections"]) == ["vae", "elbo"]
    assert {one["id"] for one in told["questions"]} == {one["id"] for one in bank["questions"]}
    assert [one["variants"] for one in told["questions"]] == [1, 3, 1, 1, 1, 1]
    assert all(f'id="question-{one["id"]}"' in one["html"] for one in told["questions"])
