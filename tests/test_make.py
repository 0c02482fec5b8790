"""What make says where the machine is at fault: the Python, the network, the disk."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from explained import explained

DEAD = "http://127.0.0.1:9/simple"  # nothing listens at the port called discard
FULL_DISK = "open('/dev/full', 'w', buffering=1).write('x\\n')"  # a real ENOSPC


@pytest.fixture
def tree(root: Path, tmp_path: Path) -> Path:
    """Return a folder with what installing reads."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "book/_ext/explained.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    for name in ("gentutor", "notebooks", "tests"):
        (tmp_path / name).mkdir()
    return tmp_path


def install(tree: Path, python: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Let make install in a tree by an interpreter; it has to fail."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        ["make", f"PYTHON={python}", ".venv/.installed"],
        cwd=tree,
        env=kept | {"PIP_CONFIG_FILE": os.devnull, "MAKEFLAGS": "", "TORCH_INDEX": ""} | more,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stdout
    assert not (tree / ".venv" / ".installed").exists()
    return done


def interpreter(tree: Path, *lines: str) -> str:
    """Write an interpreter of a few lines of shell; what they leave over goes to this Python."""
    path = tree / "python"
    path.write_text("\n".join(["#!/bin/sh", *lines, f'exec "{sys.executable}" "$@"', ""]))
    path.chmod(0o755)
    return str(path)


OLD = 'import sys; sys.version_info = (3, 10, 4, "final", 0)'


def test_an_old_python_is_named_with_what_to_do(tree: Path) -> None:
    old = interpreter(
        tree,
        '[ "$1" = --version ] && echo Python 3.10.4 && exit',
        f'[ "$1" = -c ] && exec {sys.executable} -c \'{OLD}; exec(sys.argv[1])\' "$2"',
    )
    said = install(tree, old).stdout
    assert f"Python 3.11 or newer is needed; {old} is Python 3.10.4." in said
    assert "Name one: make book PYTHON=/path/to/python3.11" in said
    assert not (tree / ".venv").exists()


def test_no_python_at_all(tree: Path) -> None:
    said = install(tree, "no-such-python").stdout
    assert "Python 3.11 or newer is needed; no-such-python is" in said
    assert "not found" in said


def test_the_python_is_found_where_3_11_is_called_python3(tree: Path) -> None:
    """In Debian's shell ``command -v`` takes one name."""
    found = tree / "bin"
    found.mkdir()
    for tool in ("sh", "make", "find", "sed"):
        (found / tool).symlink_to(shutil.which(tool) or "")
    (found / "python3").symlink_to(sys.executable)
    makefile = ["make", "--silent", "--eval", "probe: ; @: $(info $(PYTHON))", "probe"]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    bare = kept | {"PATH": str(found), "MAKEFLAGS": ""}
    done = subprocess.run(makefile, cwd=tree, env=bare, capture_output=True, text=True)
    assert done.stdout.strip() == str(found / "python3"), done.stderr


def test_no_network_is_named_with_what_to_do(tree: Path) -> None:
    said = install(tree, sys.executable, PIP_INDEX_URL=DEAD, PIP_RETRIES="1").stderr
    assert "No network: pip reaches no package index." in said.splitlines()[-2]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_disk_is_named_with_what_to_do(tree: Path) -> None:
    lazy = interpreter(  # venv in no time, with a pip that finds the disk full
        tree,
        f'[ "$4" = venv ] || exec {sys.executable} "$@"',
        "mkdir -p .venv/bin",
        f"printf '#!%s\\n%s\\n' {sys.executable} \"{FULL_DISK}\" > .venv/bin/pip",
        f"chmod +x .venv/bin/pip; ln -s {sys.executable} .venv/bin/python",
        "exit",
    )
    said = install(tree, lazy).stderr.splitlines()
    assert any("[Errno 28] No space left on device" in line for line in said)
    assert said[-2].startswith("No disk space: ")
    assert "Make room ('make clean' and 'pip cache purge' help)" in said[-2]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("ERROR: No matching distribution found for torch==2.13.0", "No torch==2.13.0 for this P"),
        ("nbclient.exceptions.DeadKernelError: Kernel died", "The process of a notebook was end"),
        ("sqlite3.OperationalError: database or disk is full", "No disk space: 9.0 GB are free"),
        ("ERROR: No matching distribution found for x\nNewConnectionError(…)", "No network"),
    ],
)
def test_a_trouble_is_explained(said: str, answer: str) -> None:
    assert explained(said, 9e9).startswith(answer)


def test_a_step_that_fails_without_a_reason_on_a_full_disk() -> None:
    assert (
        explained("Error: Command … returned non-zero exit status 1.", 1e8)[:13] == "No disk space"
    )
    assert explained("Error: Command … returned non-zero exit status 1.", 1e9) == ""


def step(root: Path, code: str) -> list[str]:
    """Return the command that runs a program as a step of make."""
    return [sys.executable, str(root / "book/_ext/explained.py"), sys.executable, "-c", code]


def test_a_step_keeps_its_words_and_its_status(root: Path) -> None:
    code = "import os, sys; os.write(1, b'a\\n'); os.write(2, b'b\\rc'); sys.exit(7)"
    done = subprocess.run(step(root, code), capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"a\n", b"b\rc")
    killed = subprocess.run(step(root, "import os; os.kill(os.getpid(), 9)"))
    assert killed.returncode == 128 + signal.SIGKILL


def test_a_step_ends_with_the_one_that_explains_it(root: Path) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    with subprocess.Popen(step(root, code), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
