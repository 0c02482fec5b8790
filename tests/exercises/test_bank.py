"""The exercises are whole, and a malformed one is refused with file and field."""

import ast
import contextlib
import io
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

from gentutor.bank import exercises
from gentutor.bank.exercises import UnknownExercise, load, names
from gentutor.bank.ledger import load_ledger

WRITE = [name for name in names() if load(name).kind == "write"]
MEND = [name for name in names() if load(name).kind == "mend"]


def test_there_are_enough_of_both_kinds() -> None:
    count = Counter((load(name).kind, name.partition("/")[0]) for name in names())
    likelihood = sum(
        count[kind, section] for kind in ("write", "mend") for section in ("vae", "elbo")
    )
    assert likelihood >= 8
    assert len(names()) - likelihood >= 4
    both = {"ae", "vae", "elbo", "vq", "gen", "gan", "wgan"}
    assert both <= {section for kind, section in count if kind == "write"}
    assert both <= {section for kind, section in count if kind == "mend"}


@pytest.mark.parametrize("name", names())
def test_an_exercise_is_whole(name: str, root: Path) -> None:
    exercise = load(name)
    ledger = load_ledger(root / "gentutor/bank/claims.yml")
    assert set(exercise.claims) <= set(ledger.claims)
    assert len(exercise.hints()) == 3
    assert all(exercise.hints())
    assert exercise.text.rstrip().endswith(".")
    starter = (exercise.folder / "starter.py").read_text(encoding="utf-8")
    assert max(len(line) for line in starter.splitlines()) <= 78, "as wide as a cell"
    assert len(starter.splitlines()) <= 42
    defined = [node for node in ast.parse(starter).body if isinstance(node, ast.FunctionDef)]
    signatures = {f"{node.name}({ast.unparse(node.args)})" for node in defined}
    assert ast.unparse(ast.parse(f"def {exercise.signature}: 0").body[0].args) in str(signatures)
    assert len(list((exercise.folder / "wrong").glob("*.py"))) >= 3


@pytest.mark.parametrize("name", WRITE)
def test_the_solution_of_a_write_is_a_function_of_the_plain_file(name: str) -> None:
    exercise = load(name)
    source = (exercise.folder / "solution.py").read_text(encoding="utf-8")
    (imported,) = [n for n in ast.parse(source).body if isinstance(n, ast.ImportFrom)]
    assert f"{imported.module}.{imported.names[0].name}" == f"gentutor.plain.{exercise.plain}"
    assert exercise.solution().startswith(f"def {str(exercise.plain).partition('.')[2]}(")
    assert list((exercise.folder / "right").glob("*.py")), "another right solution"


@pytest.mark.parametrize("name", MEND)
def test_a_mend_shows_a_symptom_that_its_solution_has_not(name: str) -> None:
    printed = []
    for file in ("starter.py", "solution.py"):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            runpy.run_path(str(load(name).folder / file), run_name="__main__")
        printed.append(out.getvalue())
    assert 2 <= len(printed[0].splitlines()) <= 6
    assert printed[0] != printed[1]


@pytest.mark.parametrize("name", MEND)
def test_a_mend_changes_few_lines_and_shows_them(name: str) -> None:
    changes = [line for line in load(name).solution().splitlines() if line.startswith(("+", "-"))]
    assert 2 <= len(changes) <= 10


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("vae/kll", "vae/kl"),
        ("vae/mean_kl", "vae/mean-kl"),
        ("gradient-penalty", "wgan/gradient-penalty"),
        ("VAE/KL", "vae/kl"),
        ("../../plain", "all: gentutor exercises"),
    ],
)
def test_an_unknown_name_gets_the_nearest(asked: str, nearest: str) -> None:
    with pytest.raises(UnknownExercise, match=re.escape(nearest)):
        load(asked)


GOOD = (load("vae/kl").folder / "task.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("difficulty: 1", "difficulty: 4"), "difficulty: Input should be less than or equal to 3"),
        (("minutes: 3", "minutes: three"), "minutes: Input should be a valid integer"),
        (("kind: write", "kind: guess"), "kind: Input should be 'write' or 'mend'"),
        (("kind: write", "kind: mend"), "plain: expected module.function for write"),
        (("minutes: 3", "minutes: 3\nlevel: 2"), "level: Extra inputs are not permitted"),
        (("kl(mu, logvar)", "kl"), "signature: expected name(arguments)"),
        (("title: The", "title: {The"), "front matter:"),
        (("---\ntitle", "title"), "expected front matter between two lines ---"),
    ],
)
def test_a_malformed_task_is_refused_by_file_and_field(
    change: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "vae" / "new"
    folder.mkdir(parents=True)
    (folder / "task.md").write_text(GOOD.replace(*change, 1), encoding="utf-8")
    monkeypatch.setattr(exercises, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"task\.md: .*" + re.escape(said)):
        exercises._read.__wrapped__("vae/new")
