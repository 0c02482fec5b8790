"""The wheel has what the package needs, and its command works away from the repository."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gentutor import __version__

FOR_AUTHORS = {"bank/README.md", "bank/exercises/ruff.toml", "plain/ruff.toml"}
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, without a network and with the installed setuptools."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    hidden = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(root / "gentutor", source / "gentutor", ignore=hidden)
    for name in ("pyproject.toml", "README.md", "NOTICE", "MANIFEST.in"):
        shutil.copy(root / name, source)
    build = ["wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", built]
    subprocess.run([sys.executable, "-m", "pip", *build, source], check=True)
    [wheel] = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def away(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel on a path of its own."""
    site = tmp_path_factory.mktemp("site")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True)
    return site


@pytest.fixture
def gentutor(away: Path, tmp_path: Path) -> Command:
    """Return a function that runs the wheel's console script in an empty folder."""
    there = {"PYTHONPATH": str(away), "GENTUTOR_DATA": str(tmp_path / "data"), "COLUMNS": "200"}

    def run(*arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(away / "bin" / "gentutor"), *arguments]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | there | {"PYTHONIOENCODING": "utf-8"},
            input=typed,
            capture_output=True,
            encoding="utf-8",
        )

    return run


def test_the_wheel_is_the_package_and_nothing_else(wheel: Path, root: Path) -> None:
    sources = {
        path.relative_to(root).as_posix()
        for path in (root / "gentutor").rglob("*")
        if path.is_file() and not path.relative_to(root).match("*/__pycache__/*")
    }
    sources = {name for name in sources if "/." not in name}  # caches of tools
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = archive.read(metadata).decode()
    info = {name for name in names if name.partition("/")[0] == metadata.partition("/")[0]}
    assert names - info == sources - {f"gentutor/{name}" for name in FOR_AUTHORS}
    assert any(name.endswith("/NOTICE") for name in info)
    assert re.search(r"^Version: (.*)$", said, re.M)[1] == __version__  # type: ignore[index]


def test_questions_are_asked_and_kept(gentutor: Command) -> None:
    asked = gentutor("quiz", "gan", "--plain", typed="q\n")
    assert asked.returncode == 0, asked.stderr
    assert "--- Generative adversarial network · new" in asked.stdout
    mocked = gentutor("mock", "--minutes", "5", "--seed", "1", "--plain", typed="q\n")
    assert mocked.returncode == 0, mocked.stderr
    assert gentutor("progress", "--plain").stdout.startswith("0 answers")
    assert (
        gentutor("progress", "export", "mine.json").stdout == "Exported: 0 answers to mine.json\n"
    )


def test_an_exercise_is_laid_and_judged(gentutor: Command, tmp_path: Path) -> None:
    assert "vae/kl" in gentutor("exercises").stdout
    assert gentutor("write", "vae/kl").returncode == 0
    program = tmp_path / "vae_kl.py"
    body = "return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)"
    program.write_text(program.read_text("utf-8").replace("raise NotImplementedError", body))
    done = gentutor("check", "vae/kl")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_deck_is_written(gentutor: Command, tmp_path: Path) -> None:
    done = gentutor("deck", "gentutor.apkg")
    assert done.returncode == 0, done.stderr
    assert zipfile.is_zipfile(tmp_path / "gentutor.apkg")


@pytest.mark.parametrize("network", ["digits", "efficientnet-lite0"])
def test_sets_are_scored_by_a_network_that_is_installed(
    gentutor: Command, tmp_path: Path, network: str
) -> None:
    rng = np.random.default_rng(0)
    for name in ("real", "generated"):
        np.savez(tmp_path / f"{name}.npz", images=rng.integers(0, 255, (8, 8, 8, 1), np.uint8))
    how = ("--network", network, "--metric", "fid,kid", "--jobs", "1")
    done = gentutor("score", "real.npz", "generated.npz", *how)
    assert done.returncode == 0, done.stderr
    assert f"FD-{network}" in done.stdout


def test_every_module_finds_its_files(away: Path) -> None:
    code = (
        "import gentutor, importlib, pkgutil\n"
        "for module in pkgutil.walk_packages(gentutor.__path__, 'gentutor.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "print(gentutor.__file__)"
    )
    there = os.environ | {"PYTHONPATH": str(away)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=away, env=there, capture_output=True, text=True
    )
    assert done.stdout == f"{away / 'gentutor' / '__init__.py'}\n", done.stderr
