"""Every figure is read back by a test: the public functions, counted from the sources."""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "gentutor" / "figures"


def drawing(path: Path) -> set[str]:
    """Return the public functions of a module that return a Figure."""
    return {
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and isinstance(node.returns, ast.Name)
        and node.returns.id == "Figure"
    }


def called(path: Path) -> set[tuple[str, str]]:
    """Return (module, function) of the figures that a file calls in tests that assert."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alias = {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "gentutor.figures"
        for name in node.names
    }
    found = set()
    for test in tree.body:
        if not (isinstance(test, ast.FunctionDef) and test.name.startswith("test_")):
            continue
        text = ast.unparse(test)
        if "assert" not in text:
            continue
        for node in ast.walk(test):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((alias.get(node.value.id, ""), node.attr))
    return found


EVERY = {(p.stem, name) for p in FOLDER.glob("*.py") for name in drawing(p)}
TESTED = set().union(*(called(p) for p in Path(__file__).parent.glob("test_*_figures.py")))


def test_the_figures_are_found():
    assert len(EVERY) > 60
    assert ("vae", "latent_map") in EVERY


@pytest.mark.parametrize(("module", "name"), sorted(EVERY))
def test_a_figure_is_read_back(module: str, name: str):
    assert (module, name) in TESTED, f"figures.{module}.{name}: expected a test of what it draws"
