"""What makes a plain file plain: short, torch alone, and it changes nothing when imported."""

import ast
import sys
from pathlib import Path

import pytest

PLAIN = Path(__file__).parents[2] / "gentutor" / "plain"
FILES = sorted(path for path in PLAIN.glob("*.py") if path.name != "__init__.py")


def faults(source: str) -> list[str]:
    """Return what a plain file must not have."""
    found = []
    tree = ast.parse(source)
    lines = source.splitlines()
    if len(lines) > 70:
        found.append(f"{len(lines)} lines")
    found += [f"line {i} is wider than a cell" for i, line in enumerate(lines, 1) if len(line) > 78]
    if ast.get_docstring(tree) is None:
        found.append("no docstring")
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        found += [
            name for name in names if name.split(".")[0] not in {*sys.stdlib_module_names, "torch"}
        ]
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    found += [
        f"line {node.lineno} runs at import"
        for node in tree.body[1:]
        if not isinstance(node, kinds)
    ]
    return found


def test_the_wing_is_there():
    assert {"vae", "bounds", "gan", "wgan"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plain_file_is_short_and_needs_torch_alone(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('"""Doc."""\n' + "import math\n" * 70, "71 lines"),
        ('"""Doc."""\n' + "# " + "x" * 77, "line 2 is wider than a cell"),
        ("import math", "no docstring"),
        ('"""Doc."""\nimport numpy as np', "numpy"),
        ('"""Doc."""\n\n\ndef late():\n    from gentutor import nn', "gentutor"),
        ('"""Doc."""\nfrom . import gan', "."),
        ('"""Doc."""\nimport torch\ntorch.manual_seed(0)', "line 3 runs at import"),
    ],
)
def test_a_fault_is_found(source, fault):
    assert faults(source) == [fault]
