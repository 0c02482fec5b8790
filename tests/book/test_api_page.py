"""The page of public names has every face, and no name on it is without its docstring."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

# What serves the commands, the bank and the package itself, and what chapters show in full.
LEFT_OUT = {
    *("bank", "checks", "cli", "keywords", "plain", "progress", "proof", "quiz", "threads"),
    "figures.diagram",  # machinery of figures.diagrams
}


def faces(package: Path) -> Iterator[str]:
    """Yield the modules that decide what is public: an ``__init__`` with names, else each file."""
    for path in sorted(package.iterdir()):
        if path.name.startswith("_") or path.suffix not in ("", ".py"):
            continue
        if path.is_dir():
            init = path / "__init__.py"
            has_names = init.is_file() and "__all__" in init.read_text(encoding="utf-8")
            yield from [path.name] if has_names else (f"{path.name}.{one}" for one in faces(path))
        else:
            yield path.stem


def on_page(root: Path) -> list[str]:
    """Return the modules that the page documents."""
    text = (root / "book" / "api.md").read_text(encoding="utf-8")
    return re.findall(r"^\.\. automodule:: gentutor\.(\S+)\n   :members:$", text, re.M)


def test_every_face_is_on_the_page_once(root: Path) -> None:
    shown = on_page(root)
    assert len(shown) == len(set(shown))
    kept = {name for name in faces(root / "gentutor") if not LEFT_OUT & {name, name.split(".")[0]}}
    assert sorted(kept - set(shown)) == []


def test_a_face_decides(tmp_path: Path) -> None:
    for name in (
        "a/__init__.py",
        "a/x.py",
        "b/__init__.py",
        "b/y.py",
        "b/_z.py",
        "b/c/v.py",
        "w.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("__all__ = ['f']" if name == "a/__init__.py" else "")
    assert list(faces(tmp_path)) == ["a", "b.c.v", "b.y", "w"]


def test_every_name_on_the_page_has_its_docstring(root: Path) -> None:
    """Autodoc leaves out what has none, without a word."""
    bare = []
    for name in on_page(root):
        module = importlib.import_module(f"gentutor.{name}")
        assert module.__doc__, name
        names = getattr(module, "__all__", None) or [
            key
            for key, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__ and not key.startswith("_")
        ]
        for key in names:
            value = getattr(module, key)
            if (inspect.isclass(value) or inspect.isroutine(value)) and not value.__doc__:
                bare.append(f"{name}.{key}")
    assert bare == []
