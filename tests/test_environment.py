"""One set of versions: the lock's. Every other file that names a version agrees with it."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIP_LINES = re.compile(r"-r requirements\.lock|-e \.|--extra-index-url \S+")


def read_lock(text: str) -> dict[str, str]:
    """Return each package's version; ValueError where a line does not pin exactly one."""
    lock: dict[str, str] = {}
    for line in text.splitlines():
        if entry := line.partition("#")[0].strip():
            pinned = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+]+)(\s*;.*)?", entry)
            if pinned is None or canonicalize_name(pinned[1]) in lock:
                raise ValueError(f"requirements.lock: one package==version a line; got {line!r}")
            lock[canonicalize_name(pinned[1])] = pinned[2]
    return lock


def unlike_lock(requirements: list[str], lock: Mapping[str, str]) -> Iterator[str]:
    """Yield the requirements that the lock does not satisfy."""
    for text in requirements:
        requirement = Requirement(text)
        version = lock.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            yield f"{text}: the lock has {version}"


def conda_faults(environment: dict[str, Any], lock: Mapping[str, str]) -> Iterator[str]:
    """Yield what environment.yml adds to the lock or has otherwise; Python and pip aside."""
    for entry in environment["dependencies"]:
        if isinstance(entry, str) and not re.fullmatch(r"python=[\d.]+|pip", entry):
            yield from unlike_lock([re.sub(r"^([^=]+)=([^=])", r"\1==\2", entry)], lock)
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    yield from unlike_lock([line for line in pip if not PIP_LINES.fullmatch(line)], lock)
    if "-r requirements.lock" not in pip:
        yield "environment.yml does not install requirements.lock"


@pytest.fixture(scope="session")
def lock(root: Path) -> dict[str, str]:
    """Return the versions of both locks, which name no package twice."""
    names = ("requirements.lock", "requirements-test.lock")
    return read_lock("".join((root / name).read_text(encoding="utf-8") for name in names))


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def environment(root: Path) -> dict[str, Any]:
    """Return environment.yml."""
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


def test_the_lock_has_this_torch(lock: dict[str, str]) -> None:
    assert lock["torch"] == "2.13.0"


def test_the_lock_satisfies_the_package(project: dict[str, Any], lock: dict[str, str]) -> None:
    metadata = project["project"]
    extras = [one for extra in metadata["optional-dependencies"].values() for one in extra]
    assert list(unlike_lock([*metadata["dependencies"], *extras], lock)) == []


def test_conda_installs_the_lock(root: Path, lock: dict[str, str]) -> None:
    assert list(conda_faults(environment(root), lock)) == []


def test_python_is_the_same_everywhere(root: Path, project: dict[str, Any]) -> None:
    [python] = [
        entry.removeprefix("python=")
        for entry in environment(root)["dependencies"]
        if isinstance(entry, str) and entry.startswith("python=")
    ]
    assert project["project"]["requires-python"] == f">={python}"
    assert project["tool"]["ruff"]["target-version"] == f"py{python.replace('.', '')}"


def test_hooks_run_the_locked_tools(root: Path, lock: dict[str, str]) -> None:
    config = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    pins = {pin for hook in hooks for pin in hook["additional_dependencies"]}
    assert [pin for pin in pins if not re.fullmatch(r"[a-z-]+==[\d.]+", pin)] == []
    # The small hooks are pre-commit's own package, which nothing else here needs.
    tools = [pin for pin in pins if not pin.startswith("pre-commit-hooks==")]
    assert list(unlike_lock(tools, lock)) == []


def test_make_leaves_matplotlibs_backend_to_the_notebooks(root: Path) -> None:
    command = ["make", "--silent", "--eval", "probe: ; @echo [$$MPLBACKEND]", "probe"]
    surroundings = os.environ | {"MPLBACKEND": "Qt5Agg"}
    said = subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True)
    assert said.stdout == "[]\n", said.stderr


LOCK = {"torch": "2.13.0", "numpy": "2.4.6"}


@pytest.mark.parametrize(
    ("dependencies", "fault"),
    [
        (["python=3.11", "numpy=2.4.6", {"pip": ["-r requirements.lock"]}], None),
        (["numpy=2.4.5", {"pip": ["-r requirements.lock"]}], "numpy==2.4.5: the lock has 2.4.6"),
        (["scipy=1.0", {"pip": ["-r requirements.lock"]}], "scipy==1.0: the lock has None"),
        ([{"pip": ["-r requirements.lock", "torch==2.12"]}], "torch==2.12: the lock has 2.13.0"),
        (["pip", {"pip": ["-e ."]}], "environment.yml does not install requirements.lock"),
    ],
)
def test_a_version_of_its_own_is_found(dependencies: list[Any], fault: str | None) -> None:
    assert list(conda_faults({"dependencies": dependencies}, LOCK)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    "line", ["numpy", "numpy>=2", "-e .", "numpy @ file:///tmp/x", "a==1\na==2"]
)
def test_a_loose_lock_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="one package==version a line"):
        read_lock(line)


def test_a_lock_is_read() -> None:
    assert read_lock("# all\ntorch==2.13.0  # CPU\nJinja2==3.1.6 ; python_version > '3'\n") == {
        "torch": "2.13.0",
        "jinja2": "3.1.6",
    }
