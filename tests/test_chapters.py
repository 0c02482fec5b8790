"""Every chapter keeps the pattern of CONTRIBUTING: its parts, its folds, its plain code."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARTS = (
    "> **In one breath.**",
    "## By pencil",
    "## Write it",
    "> **Predict.**",
    "> **Answer.**",
    "> **Say:**",
    "## Break it",
    "| symptom |",
    "## Are you sure?",
    "## Compare",
    "## Two-minute answer",
    "## Questions",
    "## On a whiteboard",
    "## Take away",
    "## Going further",
)
ONLY_MYST = re.compile(r"^:::|^```\{|\{(cite|numref|eq|ref|doc|term)[^}]*\}`", re.M)
Notebook = dict[str, Any]


def cells(notebook: Notebook, kind: str) -> list[dict[str, Any]]:
    """Return the cells of one kind."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def text(cell: dict[str, Any]) -> str:
    """Return the source of a cell."""
    return "".join(cell["source"])


def prose(notebook: Notebook) -> str:
    """Return all Markdown of a notebook."""
    return "\n\n".join(text(cell) for cell in cells(notebook, "markdown"))


def is_folded(cell: dict[str, Any]) -> bool:
    """Return whether a code cell is folded, in the page and in JupyterLab alike."""
    tags = cell["metadata"].get("tags", [])
    hidden = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
    assert ("hide-input" in tags) == hidden, f"folded in one place only: {text(cell)[:60]!r}"
    return hidden


def kind_of(value: ast.expr) -> str:
    """Return what kind of thing an expression surely is, or ``""``."""
    kinds = {
        ast.Dict: "dict",
        ast.DictComp: "dict",
        ast.List: "list",
        ast.ListComp: "list",
        ast.Tuple: "tuple",
        ast.Set: "set",
        ast.JoinedStr: "str",
        ast.Lambda: "function",
    }
    if isinstance(value, ast.Constant):
        return "number" if isinstance(value.value, int | float) else type(value.value).__name__
    return kinds.get(type(value), "")


def bindings(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield each name that a statement of a cell binds, with its kind."""
    if isinstance(node, ast.FunctionDef):
        yield node.name, "function"
    elif isinstance(node, ast.ClassDef):
        yield node.name, "class"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((a.asname or a.name.partition(".")[0], "import") for a in node.names)
    else:
        known = {}
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=False))
                known |= {t.id: kind_of(v) for t, v in pairs if isinstance(t, ast.Name)}
        inner = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
        stack: list[ast.AST] = [node]
        while stack:
            at = stack.pop()
            if isinstance(at, ast.Name) and isinstance(at.ctx, ast.Store):
                yield at.id, known.get(at.id, "")
            elif isinstance(at, ast.FunctionDef | ast.ClassDef):
                yield at.name, "function"
                continue
            if not isinstance(at, inner):
                stack += ast.iter_child_nodes(at)


def reads(node: ast.AST) -> set[str]:
    """Return the names that a statement reads and does not bind in an inner scope."""
    loaded = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    inside: set[str] = set()
    for at in ast.walk(node):
        if isinstance(at, ast.comprehension):
            inside |= {n.id for n in ast.walk(at.target) if isinstance(n, ast.Name)}
        elif isinstance(at, ast.FunctionDef | ast.Lambda):
            a = at.args
            inside |= {one.arg for one in [*a.posonlyargs, *a.args, *a.kwonlyargs]}
            inside |= {one.arg for one in (a.vararg, a.kwarg) if one}
            body = at.body if isinstance(at.body, list) else []
            inside |= {name for part in body for name, _ in bindings(part)}
        elif isinstance(at, ast.For | ast.With | ast.NamedExpr | ast.ExceptHandler | ast.ClassDef):
            inside |= {name for name, _ in bindings(at)} if isinstance(at, ast.stmt) else set()
    return loaded - inside


def name_faults(notebook: Notebook) -> Iterator[str]:
    """Yield each name that is read before it is bound, and each that changes its kind."""
    import builtins

    known: dict[str, str] = dict.fromkeys(dir(builtins), "")
    for number, cell in enumerate(cells(notebook, "code")):
        for node in ast.parse(text(cell)).body:
            late = isinstance(node, ast.FunctionDef | ast.ClassDef)  # its body runs when called
            if not late:
                for name in sorted(reads(node) - known.keys()):
                    yield f"code cell {number}: {name} is read before it is bound"
            for name, kind in bindings(node):
                before = known.get(name, "")
                if kind and before and kind != before:
                    yield f"code cell {number}: {name} was a {before} and becomes a {kind}"
                known[name] = kind or before


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Notebook:
    """Return one chapter after another."""
    return json.loads(request.param.read_text(encoding="utf-8"))


def test_a_chapter_has_every_part_in_order(notebook: Notebook) -> None:
    words = prose(notebook)
    places = [words.find(part) for part in PARTS]
    assert -1 not in places, [part for part, at in zip(PARTS, places, strict=True) if at == -1]
    sections = [at for part, at in zip(PARTS, places, strict=True) if part.startswith("## ")]
    assert sections == sorted(sections)


def test_a_prediction_is_answered_before_the_next(notebook: Notebook) -> None:
    marks = re.findall(r"^> \*\*(Predict|Answer)\.\*\*", prose(notebook), re.M)
    assert marks[::2] == ["Predict"] * (len(marks) // 2)
    assert marks[1::2] == ["Answer"] * (len(marks) // 2)
    assert len(marks) >= 6


def test_the_text_reads_without_the_page(notebook: Notebook) -> None:
    assert ONLY_MYST.findall(prose(notebook)) == []


def test_at_most_three_cells_are_in_sight_and_all_are_plain(notebook: Notebook) -> None:
    shown = [cell for cell in cells(notebook, "code") if not is_folded(cell)]
    assert 1 <= len(shown) <= 3
    assert all("plain" in cell["metadata"].get("tags", []) for cell in shown)


def test_the_plain_cells_are_the_plain_file_letter_by_letter(notebook: Notebook) -> None:
    shown = [cell for cell in cells(notebook, "code") if "plain" in cell["metadata"]]
    (name,) = {cell["metadata"]["plain"] for cell in shown}
    file = (ROOT / "gentutor" / "plain" / name).read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(file), clean=False)
    expected = file.removeprefix(f'"""{docstring}"""').strip("\n")
    assert "\n\n\n".join(text(cell) for cell in shown) == expected


def test_a_caption_follows_the_cell_that_draws(notebook: Notebook) -> None:
    for before, cell in pairwise(notebook["cells"]):
        if text(cell).startswith("<!-- figure:"):
            assert before["cell_type"] == "code", text(cell)[:60]
            draws = text(before).rstrip().endswith(";") or "widgets.Sweep(" in text(before)
            assert draws, text(cell)[:60]
        elif "widgets.Sweep(" in text(before):
            assert "caption=" in text(before), text(before)[:60]


def test_one_cell_is_driven_by_ipywidgets_own_controls(notebook: Notebook) -> None:
    live = [cell for cell in cells(notebook, "code") if "live" in cell["metadata"].get("tags", [])]
    assert len(live) == 1
    assert "remove-output" in live[0]["metadata"]["tags"]
    source = text(live[0])
    assert ".observe(" in source or "link(" in source
    assert not re.search(r"\b(Output|interact|interactive|interactive_output)\(", source)


def test_no_name_is_read_early_or_changes_its_kind(notebook: Notebook) -> None:
    assert list(name_faults(notebook)) == []


def test_folded_cells_assert_and_outputs_are_not_stored(notebook: Notebook) -> None:
    code = cells(notebook, "code")
    assert sum("assert " in text(cell) for cell in code) >= 8
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


def test_cells_are_short_and_fit_the_page(notebook: Notebook) -> None:
    for cell in cells(notebook, "code"):
        lines = text(cell).splitlines()
        assert max(map(len, lines)) <= 78
        assert len(lines) <= 15 or "plain" in cell["metadata"], lines[0]


@pytest.mark.parametrize(
    ("sources", "faults"),
    [
        (["a = 1", "b = a + len([a for a in 'x'])"], 0),
        (["print(late)", "late = 1"], 1),
        (["def f():\n    return later\n", "later = 2"], 0),
        (["x = [1]", "x = {1: 2}"], 1),
        (["def x(): ...", "x = 'text'"], 1),
        (["for i, (a, b) in []:\n    c = a\nprint(c, i)"], 0),
        (["import math", "math = 2"], 1),
        (["total = 0", "total = 0.5"], 0),
        (["x, y = 1, 'a'", "x, y = 'b', 'a'"], 1),
        (["with open('f') as f:\n    g = f.read()", "print(g)"], 0),
    ],
)
def test_early_reads_and_changed_kinds_are_found(sources: list[str], faults: int) -> None:
    made = [{"cell_type": "code", "source": source} for source in sources]
    assert len(list(name_faults({"cells": made}))) == faults
