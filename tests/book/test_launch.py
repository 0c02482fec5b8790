"""Launch buttons: settable in one place of ``_config.yml``, absent until set."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml
from sphinx.testing.util import SphinxTestApp

SET = re.compile(r"^# (repository|launch_buttons): ", re.M)


def options_of(text: str) -> dict:
    """Return what the theme gets of a configuration, by the names that it uses."""
    config = yaml.safe_load(text)
    repository = config.get("repository", {})
    named = {"url": "repository_url", "branch": "repository_branch"}
    options = {named[key]: value for key, value in repository.items()}
    return options | {"launch_buttons": config.get("launch_buttons", {}), "path_to_docs": "."}


@pytest.mark.parametrize("is_set", [False, True])
def test_a_chapter_gets_its_button_when_the_lines_are_set(root: Path, tmp_path: Path, is_set: bool):
    text = (root / "_config.yml").read_text(encoding="utf-8")
    assert len(SET.findall(text)) == 2
    if is_set:
        text = SET.sub(r"\1: ", text)
    (tmp_path / "notebooks").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# GAN")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "notebooks" / "12_gan.ipynb")
    (tmp_path / "index.md").write_text("# Book\n\n```{toctree}\nnotebooks/12_gan\n```\n")
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_nb", "sphinx_book_theme"]\nhtml_theme = "sphinx_book_theme"\n'
        'nb_execution_mode = "off"\nexclude_patterns = ["_build"]\n'
        f"html_theme_options = {options_of(text)!r}\n"
    )
    app = SphinxTestApp("html", srcdir=tmp_path)
    try:
        app.build()
    finally:
        app.cleanup()
    page = (Path(app.outdir) / "notebooks" / "12_gan.html").read_text(encoding="utf-8")
    start, end = "https://mybinder.org/v2/gh/OWNER/gentutor/main?", "/notebooks/12_gan.ipynb"
    buttons = re.findall(rf'"{re.escape(start)}urlpath=lab/tree/.{re.escape(end)}"', page)
    assert bool(buttons) == is_set
    assert ("mybinder" in page) == is_set
