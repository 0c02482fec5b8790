"""A widget that would be dead in the page is a warning; an explorable brings the host script."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import nbformat
import pytest
from ipywidgets.embed import embed_data
from sphinx.testing.util import SphinxTestApp

from gentutor.widgets import Sweep

VIEW = "application/vnd.jupyter.widget-view+json"
CONF = """
extensions = ["myst_nb", "explorables"]
exclude_patterns = ["_build"]
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [["*", "text/html", 5]]
"""


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., str]:
    """Return a function that builds a notebook with these outputs and gives the warnings."""
    (tmp_path / "conf.py").write_text(CONF)

    def run(*widgets: ipywidgets.Widget, outputs: list[dict[str, Any]] | None = None) -> str:
        if widgets:
            state = embed_data(views=widgets, drop_defaults=False)["manager_state"]
            bundles = [widget._repr_mimebundle_() for widget in widgets]
            shown = [bundle[0] if isinstance(bundle, tuple) else bundle for bundle in bundles]
            notebook = nbformat.v4.new_notebook(
                metadata={
                    "widgets": {"application/vnd.jupyter.widget-state+json": state},
                    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
                }
            )
            output = [
                nbformat.v4.new_output("display_data", data=data) for data in outputs or shown
            ]
            notebook.cells = [
                nbformat.v4.new_markdown_cell("# Page"),
                nbformat.v4.new_code_cell("show()", outputs=output),
            ]
            nbformat.write(notebook, tmp_path / "index.ipynb")
        app = SphinxTestApp("html", srcdir=tmp_path)
        try:
            app.build()
        finally:
            app.cleanup()
        return app.warning.getvalue()

    return run


def test_an_explorable_gets_the_host_script(build, tmp_path, sweep_arguments):
    widget = Sweep(**sweep_arguments)
    assert build(widget) == ""
    page = (tmp_path / "_build" / "html" / "index.html").read_text()
    assert f'<figure class="explorable" data-model="{widget.model_id}">' in page
    assert 'src="_static/explorables.js' in page
    assert VIEW not in page


def test_a_widget_that_needs_python_is_named_at_every_build_until_it_is_gone(
    build, sweep_arguments
):
    explorable, slider = Sweep(**sweep_arguments), ipywidgets.IntSlider()
    for widgets in [(explorable, slider), ()]:  # the second time nothing has changed
        said = build(*widgets)
        assert "page 'index' shows IntSliderModel, which needs Python to run" in said
        assert "Sweep" not in said
    assert build(explorable) == ""


def test_a_figure_whose_numbers_are_missing_is_no_explorable(build, sweep_arguments):
    stranger = {
        VIEW: {"version_major": 2, "version_minor": 0, "model_id": "gone"},
        "text/html": '<figure class="explorable" data-model="gone"></figure>',
    }
    said = build(Sweep(**sweep_arguments), outputs=[stranger])
    assert "page 'index' shows a widget without state" in said
