"""The package's parts depend on each other one way only, and importing them changes nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MAY_USE = {
    "checks": set(),
    "progress": set(),
    "threads": set(),
    "keywords": set(),
    "plain": set(),
    "parallel": {"checks", "progress"},
    "data": {"checks"},
    "nn": {"checks"},
    "models": {"checks", "data", "nn"},
    "objectives": {"checks"},
    "training": {
        *("checks", "data", "nn", "models", "metrics", "objectives"),
        *("parallel", "progress", "threads"),
    },
    "scoring": {"checks", "data", "metrics", "parallel", "progress"},
    "recording": {"checks", "data", "metrics", "models", "parallel", "threads", "training"},
    "evaluation": {
        *("checks", "data", "models", "objectives", "theory"),
        *("parallel", "progress", "threads"),
    },
    "metrics": {"checks"},
    "theory": {"checks"},
    "figures": {"checks", "keywords"},
    "widgets": {"bank", "checks", "keywords"},  # the compiled bank
    "bank": set(),
    "proof": {
        *("bank", "checks", "data", "metrics", "models", "objectives", "plain"),
        *("evaluation", "theory", "threads", "training"),
    },
    "exercise": {"plain", "proof"},  # a folder of gentutor/bank/exercises, which others only read
    "exercises": {"bank", "proof"},
    "quiz": {"bank"},
    "cli": {"bank", "quiz", "recording", "scoring"},
}
TORCH_ALONE = {"theory", "plain"}  # and the standard library
TAKES_ARRAYS = {"figures", "widgets"}  # numpy in, so that they know no model
QUICK = {"bank", "quiz", "cli"}  # no torch to start


def imported(source: str) -> Iterator[str]:
    """Yield every module that a source imports anywhere, ``gentutor.x`` for ``from gentutor``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "gentutor.<relative>" if node.level else node.module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def misplaced(part: str, source: str) -> list[str]:
    """Return the imports that a module of a part must not have."""

    def fits(name: str) -> bool:
        top, _, rest = name.partition(".")
        if top == "gentutor" and part != "plain":  # a plain file does not even use its neighbours
            return rest.partition(".")[0] in MAY_USE[part] | {part, "__version__"}
        if part in TORCH_ALONE:
            return top in {*sys.stdlib_module_names, "torch"}
        return part not in TAKES_ARRAYS | QUICK or top != "torch"

    return [name for name in imported(source) if not fits(name)]


def part_of(path: Path) -> str:
    """Return the part to which a file of the package belongs."""
    program = path.parts[:2] == ("bank", "exercises") and len(path.parts) > 3
    return "exercise" if program else path.parts[0].removesuffix(".py")


def test_every_part_uses_only_the_parts_before_it(root: Path) -> None:
    package = root / "gentutor"
    for path in package.rglob("*.py"):
        part = part_of(path.relative_to(package))
        if part != "__init__":
            assert part in MAY_USE, f"{path}: a new part needs its place in MAY_USE"
            assert misplaced(part, path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("objectives", "from gentutor.models.vae import VAE"),
        ("objectives", "from gentutor import models"),
        ("nn", "def late():\n    import gentutor.training.fit"),
        ("models", "from . import files"),
        ("theory", "import numpy as np"),
        ("plain", "from gentutor.nn import MLP"),
        ("plain", "from gentutor.plain.gan import mlp"),
        ("plain", "def late():\n    import numpy"),
        ("figures", "from torch import Tensor"),
        ("bank", "import torch"),
        ("quiz", "from gentutor.proof.judge import judge"),
        ("cli", "def late():\n    import torch"),
        ("exercise", "from gentutor.objectives.variational import elbo"),
        ("bank", "from gentutor.proof import maths"),
    ],
)
def test_a_misplaced_import_is_found(part: str, source: str) -> None:
    assert len(misplaced(part, source)) == 1


def run(root: Path, code: str) -> str:
    """Return what a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_is_light(root: Path) -> None:
    code = "import gentutor, sys; print({'torch', 'numpy', 'sklearn'} & set(sys.modules))"
    assert run(root, code) == "set()"


STATE = """
import importlib, pkgutil, random
import matplotlib, numpy, sklearn.datasets, torch  # sklearn imports rich, which draws a number
import gentutor

def state():
    return {
        "threads": torch.get_num_threads(),
        "interop threads": torch.get_num_interop_threads(),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "precision": torch.get_float32_matmul_precision(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "grad": torch.is_grad_enabled(),
        "torch random numbers": torch.get_rng_state().tolist(),
        "numpy random numbers": str(numpy.random.get_state()),
        "random numbers": random.getstate(),
        "style": {k: v for k, v in matplotlib.rcParams.copy().items() if "backend" not in k},
    }

before = state()
for module in pkgutil.walk_packages(gentutor.__path__, "gentutor."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        BREAK
after = state()
print([name for name in before if before[name] != after[name]])
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("pass", "[]"),
        ("torch.set_num_threads(7)", "['threads']"),
        ("random.random()", "['random numbers']"),
    ],
)
def test_importing_any_module_changes_no_global_state(root: Path, change: str, found: str) -> None:
    assert run(root, STATE.replace("BREAK", change)) == found
