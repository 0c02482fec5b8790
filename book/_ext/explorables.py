"""Puts the host script on pages with explorables, and refuses widgets that would be dead there.

A rendered page has no Python behind it. An explorable brings a ``<figure class="explorable">``
beside its widget view, which the host script brings to life. Any other widget would be a blank,
so it is a warning, and with ``-W`` it fails the build.
"""

import json
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.util import logging

VIEW = "application/vnd.jupyter.widget-view+json"
logger = logging.getLogger(__name__)


def widget_states(app: Sphinx, docname: str) -> dict[str, Any]:
    """Return the state of every widget that the notebook's kernel left behind, by model id."""
    files = NbMetadataCollector.get_js_files(app.env, docname)
    _, attributes = files.get("ipywidgets_state", (None, {"body": '{"state": {}}'}))
    return json.loads(attributes["body"])["state"]


def refuse_dead_widgets(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of every widget view that is not an explorable's, naming page and class."""
    docname = app.env.docname
    states = widget_states(app, docname)
    for bundle in doctree.findall(
        lambda node: (
            node.get("nb_element") == "mime_bundle" if isinstance(node, nodes.container) else False
        )
    ):
        texts = {part["mime_type"]: part.astext() for part in bundle.children}
        if VIEW not in texts:
            continue
        view = json.loads(texts[VIEW].split(">", 1)[1].rsplit("<", 1)[0])
        model = view["model_id"]
        if f'data-model="{model}"' in texts.get("text/html", "") and model in states:
            continue
        state = states.get(model, {}).get("state", {})
        name = state.get("_anywidget_id") or state.get("_model_name") or "a widget without state"
        logger.warning(
            "page %r shows %s, which needs Python to run and would be dead in the page: "
            "show an Explorable of gentutor.widgets instead, or remove the cell's output",
            docname,
            name,
            location=bundle,
            type="explorables",
        )
        app.env.note_reread()  # so that the next build says so again


def add_host(app: Sphinx, pagename: str, *_: Any) -> None:
    """Load the host script on pages that have widget state."""
    if widget_states(app, pagename):
        app.add_js_file("explorables.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to the reading of a document and to the writing of its page."""
    app.connect("doctree-read", refuse_dead_widgets)
    app.connect("html-page-context", add_host)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
