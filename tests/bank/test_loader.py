"""A malformed bank is refused whole, with file, line, question, field and what was expected."""

import json
import re
from pathlib import Path

import pytest
import yaml

from gentutor.bank.loader import SCHEMA, Bank, BankError, load_bank, schema_text

FILE = """\
section: vae
chapter: notebooks/02_vae
questions:
  - id: vae-one
    claims: [vae-blur]
    kind: single
    skill: T
    difficulty: 1
    seconds: 30
    prompt: Which one?
    choices:
      - {text: This, correct: true, feedback: Yes.}
      - {text: That, feedback: No., misconception: BLUR}
      - text: Neither
        feedback: No.
        misconception: RED
    hint: The first.
    explanation: It is so.
    follow_up: {prompt: Sure, answer: Sure.}
    sources: [{key: kingma2014}]
  - id: vae-two
    status: draft
    claims: [vae-blur]
    kind: numeric
    skill: N
    difficulty: 2
    seconds: 30
    prompt: How much is <<x>> and 1?
    params: [{x: 1}, {x: 2}]
    answer: x + 1
    check: sum([x, 1])
    tolerance: 0.1
    hint: Count.
    explanation: It is so.
    follow_up: {prompt: Sure, answer: Sure.}
"""
CODES = "BLUR: {says: Blur., why: It tempts.}\nRED: {says: Red., why: It tempts.}\n"


def load(folder: Path, text: str = FILE, codes: str = CODES, name: str = "vae") -> Bank:
    """Load a bank of one file."""
    (folder / "questions").mkdir(exist_ok=True)
    (folder / "misconceptions.yaml").write_text(codes)
    (folder / "questions" / f"{name}.yaml").write_text(text)
    return load_bank(folder)


def test_drafts_are_read_and_not_asked(tmp_path: Path) -> None:
    bank = load(tmp_path)
    assert [question.id for question in bank.questions()] == ["vae-one"]
    assert [question.id for question in bank.files["vae"].questions] == ["vae-one", "vae-two"]
    assert bank.places == {"vae-one": "vae.yaml:4", "vae-two": "vae.yaml:21"}
    assert set(bank.misconceptions) == {"BLUR", "RED"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: single", "kind: guess", "vae.yaml:4: vae-one: .*'kind'.*single"),
        ("difficulty: 1", "difficulty: 4", "vae.yaml:8: vae-one: difficulty: .*3; got 4"),
        ("seconds: 30\n    prompt: W", "prompt: W", "vae.yaml:4: vae-one: seconds: Field required"),
        ("hint: The first.", "hints: The first.", "vae.yaml:17: vae-one: hints: Extra inputs"),
        ("feedback: No.\n", "feedback: ''\n", "vae.yaml:15: vae-one: choices.3.feedback: .*got ''"),
        ("text: Neither", "text: [N]", "vae.yaml:14: vae-one: choices.3.text: .*valid string"),
        (", correct: true", ", correct: maybe", "vae-one: choices.1.correct: .*boolean.*'maybe'"),
        (", correct: true", "", "vae.yaml:12: vae-one: choices.1: .*names its misconception"),
        (", misconception: BLUR", ", correct: true", "vae.yaml:4: vae-one: .*one correct.*got 2"),
        ("id: vae-two", "id: vae-one", "vae.yaml:21: vae-one: .*occurs twice; first at vae.yaml:4"),
        ("id: vae-two", "id: gan-two", "vae.yaml:21: gan-two: id begins with vae-"),
        ("id: vae-two", "id: VAE", "vae.yaml:21: VAE: id: String should match"),
        ("check: sum([x, 1])", "", "vae.yaml:21: vae-two: skill N .number. needs a check"),
        ("    sources: [{key: kingma2014}]\n", "", "vae-one: .*names a primary source"),
        ("tolerance: 0.1", "tolerance: -1", "vae-two: tolerance must be positive; got -1"),
        ("tolerance: 0.1", "tolerance: some", "vae.yaml:32: vae-two: tolerance: "),
        ("[{x: 1}, {x: 2}]", "[{x: 1}, {y: 2}]", "vae-two: every entry of params has the same"),
        ("status: draft", "status: done", "vae.yaml:22: vae-two: status: .*'live'.*got 'done'"),
        ("section: vae", "section: elbo", "vae.yaml: section must be vae; got 'elbo'"),
        ("chapter: notebooks/02_vae", "chapter: /etc", "vae.yaml:2: chapter: .*got '/etc'"),
        (
            "    hint: Count.",
            "    hint: Count.\n    hint: More.",
            "vae.yaml:34: .*'hint' stands tw",
        ),
        ("prompt: Which one?", "prompt: Which: one?", "vae.yaml:10: not YAML: mapping values"),
        ("prompt: Which one?", "prompt: !!python/name:os.system x", "vae.yaml: .*could not determ"),
    ],
)
def test_each_fault_has_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert FILE.count(old) >= 1
    with pytest.raises(BankError, match=re.compile(message)):
        load(tmp_path, FILE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "vae.yaml: expected a mapping; got an empty file"),
        ("- a\n", "vae.yaml:1: "),
        ("\t", "YAML"),
    ],
)
def test_a_file_that_is_no_bank_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BankError, match=message):
        load(tmp_path, text)


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    load(tmp_path)
    text = FILE.replace("difficulty: 1", "difficulty: 9").replace("seconds: 30", "seconds: 1")
    with pytest.raises(BankError) as caught:
        load(tmp_path, text, codes="low: {says: A, why: B}\nX: {says: A}\n")
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        *("misconceptions.yaml:2", "vae.yaml:8", "vae.yaml:9", "vae.yaml:27"),
    ]


def test_the_json_schema_is_of_these_classes_and_admits_the_bank(root: Path) -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()
    schema = json.loads(schema_text())
    for path in (root / "gentutor/bank/questions").glob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
        assert set(yaml.safe_load(path.read_text(encoding="utf-8"))) == set(schema["properties"])
