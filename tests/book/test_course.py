"""The commands of the page for courses, run as they stand there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gentutor.bank.exercises import load
from gentutor.quiz.exchange import stamp, write

Shell = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def blocks(root: Path) -> list[str]:
    """Return the page's blocks of shell."""
    page = (root / "book" / "course.md").read_text(encoding="utf-8")
    return re.findall(r"^```bash\n(.*?)^```$", page, re.M | re.S)


@pytest.fixture
def shell(root: Path, tmp_path: Path) -> Shell:
    """Return a function that runs a block in an empty folder, with ``gentutor`` at hand."""
    command = tmp_path / "bin" / "gentutor"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gentutor.cli "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    there = os.environ | {"PATH": path, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    there |= {"COLUMNS": "200", "TERM": "dumb", "GENTUTOR_DATA": str(tmp_path / "teacher")}

    def run(block: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-e", "-c", block],
            cwd=tmp_path,
            env=there,
            capture_output=True,
            encoding="utf-8",
        )

    return run


def hand_in(folder: Path, student: str, right: list[bool]) -> None:
    """Write a student's answers to one question, an hour apart."""
    review = {"question": "vae-kl-of-a-gaussian", "rev": 1, "variant": 0, "where": "page"}
    first = datetime.now(UTC) - timedelta(days=1, seconds=len(student))
    reviews = [
        review
        | {"at": stamp(first + timedelta(hours=i)), "seconds": 30}
        | {"correct": correct, "grade": 3 if correct else 1}
        for i, correct in enumerate(right)
    ]
    (folder / "handed-in").mkdir(exist_ok=True)
    write(folder / "handed-in" / f"{student}.json", reviews)


def test_files_of_a_class_give_a_report_each(
    blocks: list[str], shell: Shell, tmp_path: Path
) -> None:
    hand_in(tmp_path, "anna", [True, True])
    hand_in(tmp_path, "bertha b", [False])
    [each] = [block for block in blocks if "report.txt" in block]
    done = shell(each)
    assert done.returncode == 0, done.stderr
    reports = {name: tmp_path / "class" / name / "report.txt" for name in ("anna", "bertha b")}
    assert reports["anna"].read_text("utf-8").startswith("2 answers, 100 % right in 30 days.")
    assert reports["bertha b"].read_text("utf-8").startswith("1 answer, 0 % right in 30 days.")
    assert not (tmp_path / "teacher").exists()


def test_files_of_a_class_are_merged_each_answer_once(
    blocks: list[str], shell: Shell, tmp_path: Path
) -> None:
    hand_in(tmp_path, "anna", [True, True])
    hand_in(tmp_path, "bertha", [False])
    [merge] = [block for block in blocks if "class.json" in block]
    done = shell(merge)
    assert done.returncode == 0, done.stderr
    assert "Imported: 3 new of 3 answers." in done.stdout
    assert "3 answers, 67 % right in 30 days." in done.stdout
    assert "Imported: 0 new of 3 answers." in shell(merge).stdout
    kept = json.loads((tmp_path / "class.json").read_text("utf-8"))["reviews"]
    assert sorted(one["correct"] for one in kept) == [False, True, True]
    (tmp_path / "handed-in" / "carl.json").write_text("{")
    refused = shell(merge)
    assert refused.returncode == 1
    assert "handed-in/carl.json is refused" in refused.stderr


def test_programs_of_a_class_are_judged(blocks: list[str], shell: Shell, tmp_path: Path) -> None:
    starter = (load("vae/kl").folder / "starter.py").read_text(encoding="utf-8")
    body = "return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)"
    right = starter.replace("raise NotImplementedError", body)
    for student, program in ("anna", right), ("bertha", starter):
        folder = tmp_path / "submissions" / student
        folder.mkdir(parents=True)
        (folder / "vae_kl.py").write_text(program, encoding="utf-8")
    [mark] = [block for block in blocks if "submissions" in block]
    done = shell(mark)
    assert done.stdout.splitlines() == [
        "right submissions/anna/vae_kl.py",
        "wrong submissions/bertha/vae_kl.py",
    ]
    assert "vae/kl: " in (tmp_path / "submissions/bertha/vae_kl.py.report").read_text("utf-8")
