"""The Sphinx side of chapters: plain Markdown becomes boxes, figures, numbers and sources."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
BIB = (
    "@article{vandenoord2017, author={van den Oord, Aäron and Vinyals, Oriol}, title={T},"
    " year={2017}, journal={J}}"
)
CAPTION = "<!-- figure: fig-a -->\n<!-- alt: A falling line. -->\n**Figure.** It falls with $n$."
FORMULA = "<!-- equation: eq-a -->\n$$\na = b\n$$"
Build = Callable[..., tuple[str, BeautifulSoup]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds a page of text, a picture and more text."""
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_nb", "sphinxcontrib.bibtex", "chapters"]\nnumfig = True\n'
        'myst_enable_extensions = ["dollarmath"]\nnb_execution_mode = "off"\n'
        "myst_heading_anchors = 3\nnitpicky = True\n"
        'bibtex_bibfiles = ["all.bib"]\nbibtex_cite_id = "{key}"\n'
        'math_eqref_format = "({number})"\n'
    )
    (tmp_path / "all.bib").write_text(BIB)
    (tmp_path / "book").mkdir()
    references = "# References\n\n```{bibliography}\n:all:\n```\n"
    (tmp_path / "book" / "references.md").write_text(references)
    (tmp_path / "index.md").write_text("# Book\n\n```{toctree}\na\nbook/references\n```\n")

    def run(after: str, before: str = "Text.", **data: str) -> tuple[str, BeautifulSoup]:
        shown = {f"text/{kind}": text for kind, text in data.items()} or {"image/svg+xml": SVG}
        output = {"output_type": "display_data", "data": shown, "metadata": {}}
        drawn = {"execution_count": 1, "source": "draw()", "outputs": [output]}
        cells = [
            {"cell_type": "markdown", "source": f"# A\n\n{before}"},
            {"cell_type": "code", **drawn},
            {"cell_type": "markdown", "source": after},
        ]
        cells = [{"id": f"c{i}", "metadata": {}, **cell} for i, cell in enumerate(cells)]
        metadata = {"language_info": {"name": "python"}}
        notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
        app = SphinxTestApp("html", srcdir=tmp_path, freshenv=True)
        try:
            app.build(force_all=True)
        finally:
            app.cleanup()
        html = (Path(app.outdir) / "a.html").read_text()
        said = re.sub(r"\x1b\[[\d;]*m", "", app.warning.getvalue())
        return said, BeautifulSoup(html, "html.parser")

    return run


def test_a_picture_gets_number_caption_alt_and_links(build: Build) -> None:
    said, page = build(f"{CAPTION}\n\nSee [the fall](#fig-a).", "Look at [the 5 % fall](#fig-a).")
    assert said == ""
    figure = page.find("figure", id="fig-a")
    assert figure.img["alt"] == "A falling line."
    caption = figure.find(class_="caption-text").get_text()
    assert caption.startswith("It falls with")
    assert "Figure." not in page.get_text()
    links = [link.get_text() for link in page.select('a.reference[href="#fig-a"]')]
    assert links == ["the 5 % fall (Fig.\u00a01)", "the fall (Fig.\u00a01)"]


def test_an_explorable_gets_them_too(build: Build) -> None:
    html = '<figure class="explorable" data-model="m">\n<img src="data:," alt="Mine.">\n</figure>'
    caption = CAPTION.replace("A falling line.", 'A "falling" line.')
    said, page = build(f"{caption}\n\nSee [the fall](#fig-a).", html=html, plain="Sweep()")
    assert said == ""
    figure = page.find("figure", id="fig-a")
    explorable = figure.find("figure", class_="explorable")
    assert explorable["data-model"] == "m"
    assert explorable.img["alt"] == 'A "falling" line.'
    assert explorable.figcaption is None
    assert figure.find(class_="caption-text").get_text().startswith("It falls with")
    assert page.find("a", class_="reference", href="#fig-a").get_text() == "the fall (Fig.\u00a01)"


def test_a_formula_gets_a_number_and_its_link_shows_it(build: Build) -> None:
    said, page = build(f"{FORMULA}\n\nFrom [the sum](#eq-a) follows more.")
    assert said == ""
    assert page.find(class_="math", id="equation-eq-a") or page.find(id="equation-eq-a")
    assert "From the sum\u00a0(1) follows more." in page.get_text()
    assert page.find("a", href="#equation-eq-a")


def test_a_heading_is_linked_as_jupyterlab_names_it(build: Build) -> None:
    said, page = build("## Two gaps\n\nSee [below](#Two-gaps).")
    assert said == ""
    assert page.find("a", href="#two-gaps", string="below")


def test_a_quotation_with_a_known_label_is_a_box_and_others_stay(build: Build) -> None:
    said, page = build(
        "> **Predict.** Up or down?\n\nText.\n\n> **Say:** “Down.”\n\n> A quotation."
    )
    assert said == ""
    boxes = page.find_all(class_="box")
    assert [box["class"][1] for box in boxes] == ["box-predict", "box-say"]
    assert boxes[0].get_text(" ", strip=True) == "Predict. Up or down?"
    assert page.find("blockquote").get_text(strip=True) == "A quotation."


def test_a_source_leads_to_its_entry(build: Build) -> None:
    said, page = build("By [van den Oord et al., 2017](book/references.md#vandenoord2017).")
    assert said == ""
    link = page.find("a", href="book/references.html#vandenoord2017")
    assert link.get_text() == "van den Oord et al., 2017"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- figure: fig-a -->\n**Figure.** It falls.", "expected <!-- alt"),
        (CAPTION.replace("**Figure.**", "Here:"), "expected a paragraph that starts with"),
        (f"Words between.\n\n{CAPTION}", "the cell before it shows no picture"),
        ("<!-- equation: eq-a -->\nWords.", "expected a displayed formula right below"),
        ("See [](#fig-a).\n\n" + CAPTION, "needs words"),
        ("See [it](#fig-b).", "fig-b"),
        ("By [Kingma, 2017](book/references.md#vandenoord2017).", "expected Oord and 2017"),
        ("By [van den Oord, 2018](book/references.md#vandenoord2017).", "expected Oord and 2017"),
        ("By [Nobody, 2017](book/references.md#nobody2017).", "no source of this name"),
    ],
)
def test_what_does_not_fit_is_a_warning(build: Build, text: str, said: str) -> None:
    assert said in build(text)[0]
