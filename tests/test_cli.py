"""The command line: quick to start, careful with the reader's files, clear when refused."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gentutor import cli
from gentutor.bank.exercises import load, names
from gentutor.bank.exercises.report import Report


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.console(), "width", 200)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}).invoke(
        cli.app, arguments, prog_name="gentutor"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--help"], ["check", "--help"], ["record", "--help"], ["exercises"]),
        *(["hint", "vae/kl"], ["quiz", "--help"], ["mock", "--help"], ["progress"]),
    ],
)
def test_no_torch_and_nothing_heavy_to_start(arguments: list[str], root: Path) -> None:
    code = (
        "import sys\nfrom gentutor.cli import app\n"
        "try: app(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print({'torch', 'numpy', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout.splitlines()[-1] == "set()", done.stderr


def test_all_exercises_are_listed() -> None:
    result = run("exercises")
    assert result.exit_code == 0
    assert [name for name in names() if name not in result.output] == []


def test_write_lays_starter_and_task_and_keeps_what_is_there(tmp_path: Path) -> None:
    first = run("write", "vae/mean-kl", "--folder", str(tmp_path))
    assert first.exit_code == 0, first.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vae_mean_kl.md", "vae_mean_kl.py"]
    program = tmp_path / "vae_mean_kl.py"
    starter = load("vae/mean-kl").folder / "starter.py"
    assert program.read_text(encoding="utf-8") == starter.read_text(encoding="utf-8")
    assert f"See the symptom:  python {program}" in first.output

    program.write_text("# mine", encoding="utf-8")
    (tmp_path / "vae_mean_kl.md").unlink()
    second = run("write", "vae/mean-kl", "--folder", str(tmp_path))
    assert second.exit_code == 0
    assert f"kept, it was there: {program}" in second.output
    assert f"written: {tmp_path / 'vae_mean_kl.md'}" in second.output
    assert program.read_text(encoding="utf-8") == "# mine"
    assert len(list(tmp_path.iterdir())) == 2, "no temporary file stays"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["write", "vae/kll"], "no exercise is called vae/kll; nearest: vae/kl"),
        (["check", "vae/nothing-like-it"], "no exercise is called vae/nothing-like-it"),
        (["check", "vae/kl", "none.py"], "no file none.py; gentutor write vae/kl lays a starter"),
        (["hint", "vae/kl", "4"], "Input should be less than or equal to 3"),
        (["write", "vae/kl", "--folder", "no/such"], "expected an existing folder, got no/such"),
        (["record"], "expected a declaration, recordings/<name>.yml"),
        (["record", "none.yml"], "path: no file at"),
        (["record", "none.yml", "--jobs", "0"], "Input should be greater than or equal to 1"),
        (
            ["record", "none.yml", "--check", "2"],
            "path: no recording at none.safetensors; record it",
        ),
        (["record", "--check", "1", "--cluster", "tcp://x:1"], "without --cluster"),
        (["check", "vae/kl", "--seconds", "0"], "Input should be greater than or equal to 1"),
    ],
)
def test_a_refusal_names_what_was_expected(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


@pytest.mark.parametrize(("verdict", "code"), [("right", 0), ("wrong", 1), ("stopped", 1)])
def test_check_prints_the_report_and_exits_by_it(
    verdict: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.chdir(tmp_path)
    Path("vae_kl.py").touch()

    def judged(exercise: object, file: Path, *, seconds: int) -> Report:
        asked.append((file, seconds))
        return Report("vae/kl", verdict, ("one",), "", "[bold] stays as it is", "")  # type: ignore

    monkeypatch.setattr("gentutor.quiz.check.check", judged)
    result = run("check", "vae/kl")
    assert result.exit_code == code
    assert f"vae/kl: {verdict}" in result.output
    assert "[bold] stays as it is" in result.output
    assert ("gentutor hint vae/kl" in result.output) == (verdict != "right")
    assert asked == [(Path("vae_kl.py"), 20)]


def test_write_then_check_from_the_shell(tmp_path: Path, root: Path) -> None:
    def shell(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "gentutor.cli", *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )

    assert shell("write", "vae/kl").returncode == 0
    done = shell("check", "vae/kl")
    assert done.returncode == 1
    assert "Still to be written, line 7" in done.stdout
    program = tmp_path / "vae_kl.py"
    body = "return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)"
    program.write_text(
        program.read_text("utf-8").replace("raise NotImplementedError", body), "utf-8"
    )
    done = shell("check", "vae/kl")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every property holds." in done.stdout


def test_hint_and_solution() -> None:
    assert "The dimensions are independent" in run("hint", "vae/kl").output
    assert "def kl_to_prior(mu, logvar)" in run("solution", "vae/kl").output
    assert (
        "+    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)"
        in run("solution", "vae/mean-kl").output
    )


def test_record_writes_and_check_compares(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yml"
    path.write_text(
        "target: ring\nsteps: 2\nsamples: 32\nsettings: {hidden: [8], batch_size: 8}\n"
        "axes: {objective: [hinge], seed: [0, 1]}\n",
        encoding="utf-8",
    )
    first = run("record", str(path), "--jobs", "1")
    assert first.exit_code == 0, first.output
    assert f"recorded: {tmp_path / 'tiny.safetensors'}" in first.output.replace("\n", "")
    again = run("record", str(path), "--check", "1", "--jobs", "1")
    assert again.exit_code == 0, again.output
    assert "tiny (objective=hinge): the same bits" in again.output
    file = tmp_path / "tiny.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    damaged = run("record", str(path), "--check", "1", "--jobs", "1")
    assert damaged.exit_code == 2
    assert "is damaged" in damaged.output


@pytest.mark.parametrize(
    "arguments",
    [
        *(["check", "vae/kl"], ["record", "x.yml"], ["score", "a", "b"]),
        *(["stats", "a", "--out", "a.safetensors"], ["compare", "a.json", "b.json"]),
    ],
)
def test_without_torch_a_command_says_how_to_get_it(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vae_kl.py").touch()
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "torch" else find_spec(name))
    result = run(*arguments)
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "torch is missing: python -m pip install torch (on Linux add --index-url" in said
    for quick in (["exercises"], ["write", "vae/kl"], ["hint", "vae/kl"]):
        assert run(*quick).exit_code == 0
