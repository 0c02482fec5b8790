"""Inject plausible errors, one at a time, and count how many the tests notice.

    python benchmarks/injected_errors.py                 # every error of injected_errors.yml
    python benchmarks/injected_errors.py --only figures  # those whose file's path has the word
    python benchmarks/injected_errors.py --check         # only that each still fits its file

Each error of ``injected_errors.yml`` replaces one stretch of one file in a copy of the tree; then
its tests run. An error is caught where one fails. The tests must pass on the unchanged copy first.
With ``--results FILE`` every verdict is added to FILE at once; what stands there is not run again.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

OUTPUT = "output.txt"  # of the last tests, in the copy
ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".yml")


@dataclass(frozen=True)
class Injected:
    """One error: ``old`` stands once in ``file`` and becomes ``new``; ``tests`` should notice."""

    file: str
    old: str
    new: str
    tests: str

    @property
    def name(self) -> str:
        """Return the error in one line."""
        return f"{self.file}: {' '.join(self.old.split())} -> {' '.join(self.new.split())}"


def errors(path: Path = LIST, root: Path = ROOT) -> Iterator[Injected]:
    """Read the list; refuse an error that does not fit its file.

    Raises:
        ValueError: a key too many or too few; ``old`` does not stand exactly once in the file.
    """
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        if set(entry) != {"file", "old", "new", "tests"}:
            raise ValueError(f"{path.name}: expected file, old, new, tests; got {sorted(entry)}")
        found = Injected(**entry)
        count = (root / found.file).read_text(encoding="utf-8").count(found.old)
        if count != 1 or found.old == found.new:
            raise ValueError(f"{found.name}: expected old once in the file, got {count} times")
        yield found


def copy_of_the_tree(folder: Path) -> None:
    """Copy what git tracks or would track, as it is in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def forget(folder: Path) -> None:
    """Drop every module that came from the copy, so that the next run reads its files again."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
            del sys.modules[name]


def out_of_time(*_: object) -> None:
    """End a run that hangs."""
    raise TimeoutError("the tests took too long")


def passes(folder: Path, tests: str, seconds: int) -> bool:
    """Say whether tests pass in the copy, on its own package; those that hang do not.

    They run in this process, which keeps torch and matplotlib: a fresh one takes far longer.
    """
    forget(folder)
    signal.alarm(seconds)
    with (folder / OUTPUT).open("w", encoding="utf-8") as said:
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests.split()])
        except TimeoutError:
            return False
        finally:
            signal.alarm(0)
    if code not in (0, 1, 2):  # 1: a test failed; 2: the file could not be imported
        raise RuntimeError(f"{tests}: expected tests to run, got pytest's code {code}")
    return code == 0


def caught(folder: Path, error: Injected, seconds: int) -> bool:
    """Put the error into the copy, run its tests, and put the file right again."""
    file = folder / error.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(error.old, error.new), encoding="utf-8")
    try:
        return not passes(folder, error.tests, seconds)
    finally:
        file.write_text(whole, encoding="utf-8")


def main() -> int:
    """Run the list; 0 where at least 95 % are caught."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="errors whose file's path has this word")
    parser.add_argument("--check", action="store_true", help="only hold the list to the files")
    parser.add_argument(
        "--results", type=lambda name: Path(name).resolve(), help="file of verdicts, added to"
    )
    parser.add_argument("--seconds", type=int, default=240, help="time for one error's tests")
    given = parser.parse_args()
    chosen = [error for error in errors() if given.only in error.file]
    print(f"{len(chosen)} errors fit their files")
    if given.check:
        return 0
    sys.dont_write_bytecode = True  # a changed file must not be read from the unchanged one's cache
    signal.signal(signal.SIGALRM, out_of_time)
    known: dict[str, bool] = {}
    if given.results and given.results.exists():
        lines = given.results.read_text(encoding="utf-8").splitlines()
        known = {entry["error"]: entry["caught"] for entry in map(json.loads, lines)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_of_the_tree(folder)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = str(folder)  # of what a test starts
        sys.path = [str(folder), *(each for each in sys.path if Path(each).resolve() != ROOT)]
        left = [error for error in chosen if error.name not in known]
        files = {error.tests for error in left if " " not in error.tests}
        chosen_by_name = {error.tests for error in left if " " in error.tests}
        for tests in filter(None, [" ".join(sorted(files)), *sorted(chosen_by_name)]):
            if not passes(folder, tests, 4 * given.seconds):
                said = (folder / OUTPUT).read_text(encoding="utf-8")[-3000:]
                raise RuntimeError(f"{tests}: expected to pass without an error, got\n{said}")
        for error in left:
            known[error.name] = caught(folder, error, given.seconds)
            print("caught  " if known[error.name] else "SURVIVED", error.name, flush=True)
            if given.results:
                with given.results.open("a", encoding="utf-8") as file:
                    file.write(
                        json.dumps({"error": error.name, "caught": known[error.name]}) + "\n"
                    )
    count = sum(known[error.name] for error in chosen)
    print(f"{count} of {len(chosen)} caught ({100 * count / max(len(chosen), 1):.0f} %)")
    return int(count < 0.95 * len(chosen))


if __name__ == "__main__":
    sys.exit(main())
