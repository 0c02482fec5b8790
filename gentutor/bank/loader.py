"""Reads the bank: every question valid, or an error that says where and what.

Nothing is half-loaded: all files are read, every fault is collected, and one BankError names
them all, each with file, line, question and field.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from gentutor.bank.schema import Misconception, Question, QuestionFile

HERE = Path(__file__).parent
SCHEMA = HERE / "questions.schema.json"
MISCONCEPTIONS = TypeAdapter(dict[str, Misconception])


class BankError(ValueError):
    """What is wrong with the bank, one fault a line."""


@dataclass(frozen=True)
class Bank:
    """All questions, live and draft, in the order of the files; and what they may name."""

    files: dict[str, QuestionFile]
    misconceptions: dict[str, Misconception]
    places: dict[str, str]  # a question's id: file and line

    def questions(self, section: str | None = None) -> list[Question]:
        """Return the live questions, of one section or of all."""
        return [
            question
            for name, file in self.files.items()
            if section in (None, name)
            for question in file.questions
            if question.status == "live"
        ]


def compose(path: Path) -> yaml.Node:
    """Return a file's YAML as nodes, which know their lines; BankError where it is no YAML."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path.name}:{mark.line + 1}" if mark else path.name
        raise BankError(f"{place}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BankError(f"{path.name}: not YAML in UTF-8: {error}") from None
    if node is None:
        raise BankError(f"{path.name}: expected a mapping; got an empty file")
    return node


def repeated(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Yield the line of each key that its mapping has already: YAML takes the last in silence."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from repeated(value)


def walk(node: yaml.Node, path: tuple[int | str, ...]) -> tuple[int, list[str]]:
    """Return the line of the place that a pydantic ``loc`` names, and the names on the way."""
    line, names = node.start_mark.line + 1, []
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
            names.append(str(step + 1))
        elif isinstance(node, yaml.MappingNode):
            entry = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if (
                entry is None
            ):  # a field that is missing, or the kind, which pydantic puts in between
                names.append(str(step))
                continue
            line, node = entry[0].start_mark.line + 1, entry[1]
            names.append(str(step))
    return line, names


def described(error: Any, node: yaml.Node, path: Path) -> str:
    """Return one of pydantic's errors with file, line, question and field."""
    kinds = {"single", "many", "numeric", "recall", "order", "refute"}
    line, names = walk(node, error["loc"])
    names = [name for n, name in enumerate(names) if n != 2 or name not in kinds]
    where = f"{path.name}:{line}: "
    if names[:1] == ["questions"] and len(names) > 1:
        entry = node_at(node, "questions").value[int(names[1]) - 1]
        name = node_at(entry, "id")
        where += f"{getattr(name, 'value', None) or 'question ' + names[1]}: "
        names = names[2:]
    message = error["msg"].removeprefix("Value error, ")
    got = error["input"]
    if error["type"] not in ("missing", "value_error") and not isinstance(got, dict | list):
        message += f"; got {got!r:.60}"
    return where + (f"{'.'.join(names)}: " if names else "") + message


def node_at(node: yaml.Node, key: str) -> Any:
    """Return the value under a key, or None."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def read(path: Path, validate: Any) -> tuple[Any, yaml.Node]:
    """Return a file's validated content and its nodes; BankError with every fault in it."""
    node = compose(path)
    if again := list(repeated(node)):
        raise BankError("\n".join(f"{path.name}:{n}: the key {k!r} stands twice" for n, k in again))
    try:
        return validate(yaml.safe_load(path.read_text(encoding="utf-8"))), node
    except ValidationError as error:
        faults = [described(one, node, path) for one in error.errors()]
        raise BankError("\n".join(faults)) from None
    except yaml.YAMLError as error:  # a tag that the safe loader does not construct
        raise BankError(f"{path.name}: {error}") from None


def load_bank(folder: Path = HERE) -> Bank:
    """Read ``misconceptions.yaml`` and every file of ``questions/`` below a folder.

    Raises:
        BankError: all faults of all files, one a line: no YAML, a missing, unknown or malformed
            field, an id that occurs twice or does not begin with its section.
    """
    faults: list[str] = []
    files: dict[str, QuestionFile] = {}
    places: dict[str, str] = {}
    misconceptions: dict[str, Misconception] = {}
    try:
        misconceptions, _ = read(folder / "misconceptions.yaml", MISCONCEPTIONS.validate_python)
    except BankError as error:
        faults.append(str(error))
    for path in sorted((folder / "questions").glob("*.yaml")):
        try:
            file, node = read(path, QuestionFile.model_validate)
        except BankError as error:
            faults.append(str(error))
            continue
        if file.section != path.stem:
            faults.append(f"{path.name}: section must be {path.stem}; got {file.section!r}")
        files[file.section] = file
        for question, entry in zip(file.questions, node_at(node, "questions").value, strict=True):
            place = f"{path.name}:{entry.start_mark.line + 1}"
            if not question.id.startswith(f"{file.section}-"):
                faults.append(f"{place}: {question.id}: id begins with {file.section}-")
            if question.id in places:
                first = places[question.id]
                faults.append(f"{place}: {question.id}: this id occurs twice; first at {first}")
            places.setdefault(question.id, place)
    if faults:
        raise BankError("\n".join(faults))
    return Bank(files, misconceptions, places)


def schema_text() -> str:
    """Return ``questions.schema.json``: the JSON Schema of a question file, for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= QuestionFile.model_json_schema()
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
