"""The notebook cache is named by everything that a notebook's result depends on."""

from pathlib import Path

import pytest
from freshness import source_hash


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a folder with a package and a lock."""
    (tmp_path / "gentutor" / "bank").mkdir(parents=True)
    (tmp_path / "gentutor" / "bank" / "README.md").write_text("how")
    (tmp_path / "gentutor" / "fit.py").write_text("x = 1")
    (tmp_path / "requirements.lock").write_text("torch==2")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        *("requirements.lock", "recordings/sweep.safetensors", "gentutor/fit.py"),
        *(
            "gentutor/bank/bank.json",
            "gentutor/bank/claims.yml",
            "gentutor/bank/questions/vae.yaml",
        ),
        *("gentutor/widgets/kit.js", "gentutor/widgets/kit.css"),
    ],
)
def test_what_a_result_depends_on_changes_the_name(sources: Path, name: str) -> None:
    before = source_hash(sources)
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("new")
    assert source_hash(sources) != before


def test_what_no_result_depends_on_does_not(sources: Path) -> None:
    before = source_hash(sources)
    (sources / "gentutor" / "bank" / "README.md").write_text("how else")
    (sources / "notes.yaml").write_text("new")
    assert source_hash(sources) == before
