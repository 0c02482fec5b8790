"""Node, in which the page's own scripts run without a page."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest


def _pack(array) -> dict[str, str]:
    return {"float64": base64.b64encode(np.asarray(array, dtype="<f8").tobytes()).decode()}


def _unpack(value: dict) -> object:
    return np.frombuffer(base64.b64decode(value["float64"])) if "float64" in value else value


@pytest.fixture(scope="package")
def node():
    """Return a function that runs a task of trainer_node.js; skip without Node, but not in CI."""
    path = shutil.which("node")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    script = Path(__file__).with_name("trainer_node.js")

    def run(task: str, build: str, **case):
        text = json.dumps({"task": task, "build": build, **case}, default=_pack)
        done = subprocess.run(
            [path, str(script)], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout, object_hook=_unpack)

    return run


@pytest.fixture(scope="package")
def pure():
    """Return a function that calls pure functions of a widget's source: (name, arguments) each."""
    path = shutil.which("node")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    script = Path(__file__).with_name("pure_node.js")

    def call(file: str, *calls) -> list:
        text = json.dumps({"file": file, "calls": calls})
        done = subprocess.run(
            [path, str(script)], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call
