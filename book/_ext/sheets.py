"""Markdown made of the chapters: cheat sheets and single tables; and the formula sheet."""

import json
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

COMMENT = re.compile(r"<!--.*?-->\n?", re.S)
LINK = re.compile(r"\]\((?!\w+:)([^)\s]+)\)")
TABLE = re.compile(r"^\|.*(?:\n\|.*)+", re.M)
REFERENCE = ("eq-", "fig-")


@dataclass(frozen=True)
class Chapter:
    """A chapter's name, the Markdown of its cells, and its plain file."""

    name: str
    text: str
    plain: str

    @property
    def title(self) -> str:
        """The chapter's heading."""
        return self.text.partition("\n")[0].removeprefix("# ").strip()

    def section(self, heading: str) -> str:
        """Return what stands under a heading of the second level, without the heading.

        Raises:
            ValueError: the chapter has no such heading.
        """
        _, found, after = self.text.partition(f"\n## {heading}\n")
        if not found:
            raise ValueError(f"{self.name}: expected the heading '## {heading}', found none")
        return re.split(r"^## ", after, maxsplit=1, flags=re.M)[0].strip()

    def table(self, start: str) -> str:
        """Return the one table whose first line starts so.

        Raises:
            ValueError: no table starts so, or more than one.
        """
        found = [one for one in TABLE.findall(self.text) if one.startswith(start)]
        if len(found) != 1:
            raise ValueError(f"{self.name}: expected one table {start!r}, found {len(found)}")
        return found[0]


def read_chapter(root: Path, name: str) -> Chapter:
    """Read ``notebooks/<name>.ipynb``; links in its text lead there from a page of ``book/``.

    Raises:
        ValueError: there is no such chapter.
    """
    path = root / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        raise ValueError(f"expected the name of a chapter, got {name!r}")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    (file,) = {cell["metadata"]["plain"] for cell in cells if "plain" in cell["metadata"]}
    plain = (root / "gentutor" / "plain" / file).read_text(encoding="utf-8").rstrip()
    text = COMMENT.sub("", "\n\n".join(prose))
    return Chapter(name, LINK.sub(lambda m: f"]({moved(m[1], name)})", text), plain)


def moved(target: str, chapter: str) -> str:
    """Return a chapter's link as a page of ``book/`` writes it.

    >>> moved("../book/references.md#ho2020", "05_generative_models")
    'references.md#ho2020'
    >>> moved("02_vae.ipynb", "03_elbo"), moved("#By-pencil", "12_gan")
    ('../notebooks/02_vae.ipynb', '../notebooks/12_gan.ipynb#by-pencil')
    """
    path, _, place = target.partition("#")
    path = posixpath.normpath(posixpath.join("notebooks", path or f"{chapter}.ipynb"))
    if path.endswith(".ipynb") and not place.startswith(REFERENCE):
        place = place.lower()
    return posixpath.relpath(path, "book") + (f"#{place}" if place else "")


def table(root: Path, argument: str) -> str:
    """Return one table of a chapter: ``06_evaluation_metrics | metric | compares``."""
    name, _, start = argument.partition(" ")
    return read_chapter(root, name).table(start)


def picture(root: Path, argument: str) -> str:
    """Return a figure that a benchmark draws, or nothing where it has not been drawn.

    The argument is ``<file in book/_assets> | <words for those who do not see it> | <caption>``.
    """
    name, alt, caption = (part.strip() for part in argument.split("|"))
    if not (root / "book" / "_assets" / name).is_file():
        return ""
    return f"```{{figure}} _assets/{name}\n:alt: {alt}\n\n{caption}\n```"


def cheat_sheets(root: Path, _: str = "") -> str:
    """Return a sheet for each chapter: what to take away, symptoms, and the code to remember."""
    names = sorted(path.stem for path in root.glob("notebooks/*.ipynb"))
    return "\n\n".join(cheat_sheet(read_chapter(root, name)) for name in names)


def cheat_sheet(chapter: Chapter) -> str:
    """Return the sheet of one chapter."""
    return "\n\n".join(
        (
            f"## {chapter.title}",
            "::::{container} gt-sheet",
            f"{chapter.section('Take away')}\n\n[The chapter](../notebooks/{chapter.name}.ipynb)",
            chapter.table("| symptom |"),
            f"```python\n{chapter.plain}\n```",
            "::::",
        )
    )


def formulas(root: Path, _: str = "") -> str:
    """Return the formulas of ``formulas.yml`` by group, each with where it is derived and tested.

    Raises:
        ValueError: an entry lacks a field.
    """
    groups = yaml.safe_load((root / "book" / "formulas.yml").read_text(encoding="utf-8"))
    return "\n\n".join(
        f"## {group['group']}\n\n" + "\n".join(formula(one) for one in group["formulas"])
        for group in groups
    )


def formula(entry: dict[str, str]) -> str:
    """Return one line of the sheet: the name, the formula, and its two links."""
    try:
        chapter, _, place = entry["at"].partition("#")
        where = f"../notebooks/{chapter}.ipynb#{place}"
        claim = f"claims.md#claim-row-{entry['claim']}"
        return (
            f"- **{entry['name']}** [derived]({where}) [tested]({claim})\\\n"
            rf"  $\displaystyle {entry['tex']}$"
        )
    except KeyError as error:
        raise ValueError(f"formulas.yml: expected the field {error} in {entry}") from None
