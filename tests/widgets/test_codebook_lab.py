"""The codebook that learns in the page: its steps in Node against numpy, and what it refuses."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor.data import ring
from gentutor.plain.vqvae import ema_update
from gentutor.widgets import CodebookLab

SOURCE = Path(__file__).parents[2] / "gentutor" / "widgets" / "codebook_run.js"
POINTS = ring().sample(400, torch.Generator().manual_seed(0)).double().numpy()
ROWS = list(range(0, 400, 7))
SETTINGS = {"beta": 0.25, "ema": False, "resets": False}


def node(body: str, **case) -> dict:
    """Run some JavaScript on ``makeCodebook``; ``case`` holds its numbers."""
    path = shutil.which("node")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("node is not installed")
    script = (
        f"{SOURCE.read_text(encoding='utf-8')}\n"
        "const c = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
        f"const book = makeCodebook({{ x: Float64Array.from(c.x), k: c.k, seed: c.seed }});\n{body}"
    )
    text = json.dumps({"x": POINTS.ravel().tolist(), "k": 16, "seed": 0, **case})
    done = subprocess.run(
        [path, "-e", script], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


STATE = "const all = () => ({ z: [...book.z], e: [...book.entries], n: [...book.counts] });\n"
ONE_STEP = STATE + (
    "for (let i = 0; i < 5; i++) book.train(c.settings);\n"
    "const before = all(); book.train(c.settings, c.rows);\n"
    "console.log(JSON.stringify({ before, after: all() }));"
)


def arrays(state: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vectors, entries and counts."""
    z, e, n = (np.array(state[name]) for name in ("z", "e", "n"))
    return z.reshape(-1, 2), e.reshape(-1, 2), n


@pytest.mark.parametrize("ema", [False, True])
@pytest.mark.parametrize("beta", [0.0, 0.25, 1.5])
def test_a_step_is_the_formula(ema, beta):
    settings = SETTINGS | {"ema": ema, "beta": beta}
    found = node(ONE_STEP, settings=settings, rows=ROWS)
    z, e, counts = arrays(found["before"])
    code = ((z[ROWS][:, None] - e) ** 2).sum(-1).argmin(1)
    x_hat, batch = e[code], z[ROWS]
    moved = z.copy()
    moved[ROWS] -= 0.05 * (2 * (x_hat - POINTS[ROWS]) + 2 * beta * (batch - x_hat))
    after_z, after_e, after_n = arrays(found["after"])
    np.testing.assert_allclose(after_z, moved, atol=1e-12)
    if ema:
        sums = torch.tensor(e * counts[:, None]).float()
        number, _, book = ema_update(
            torch.tensor(counts).float(), sums, torch.tensor(batch).float(), torch.tensor(code), 0.9
        )
        np.testing.assert_allclose(after_e, book, atol=1e-5)
        np.testing.assert_allclose(after_n, number, atol=1e-5)
    else:
        pull = np.zeros_like(e)
        np.add.at(pull, code, 2 * (x_hat - batch))
        np.testing.assert_allclose(after_e, e - 0.5 * pull / len(ROWS), atol=1e-12)


def test_what_it_reports_is_numpys():
    body = STATE + (
        "for (let i = 0; i < 40; i++) book.train(c.settings);\n"
        "const { codes, use, ...rest } = book.look();\n"
        "const look = { ...rest, codes: [...codes], use: [...use] };\n"
        "console.log(JSON.stringify({ ...all(), look }));"
    )
    found = node(body, settings=SETTINGS)
    z, e, _ = arrays(found)
    code = ((z[:, None] - e) ** 2).sum(-1).argmin(1)
    use = np.bincount(code, minlength=16)
    share = use[use > 0] / 400
    look = found["look"]
    assert look["codes"] == code.tolist()
    assert look["dead"] == (use == 0).sum()
    assert look["perplexity"] == pytest.approx(np.exp(-(share * np.log(share)).sum()))
    assert look["error"] == pytest.approx(((POINTS - e[code]) ** 2).sum(1).mean())


def test_entries_die_without_resets_and_none_with_them_on_eight_seeds():
    body = (
        "for (let i = 0; i < 300; i++) book.train(c.settings);\n"
        "const { dead, error } = book.look(); console.log(JSON.stringify({ dead, error }));"
    )
    for seed in range(8):
        plain = node(body, settings=SETTINGS, seed=seed)
        mended = node(body, settings=SETTINGS | {"ema": True, "resets": True}, seed=seed)
        assert plain["dead"] >= 6
        assert mended["dead"] <= 1
        assert mended["error"] < 0.25 * plain["error"]


def test_the_numbers_that_the_chapter_tells():
    """Entries in use after 300 and 1,000 steps; distance of vectors from entries for three β."""
    body = STATE + (
        "for (let i = 0; i < c.steps; i++) book.train(c.settings);\n"
        "const { codes, dead, error } = book.look();\n"
        "console.log(JSON.stringify({ ...all(), codes: [...codes], used: c.k - dead, error }));"
    )

    def after(steps: int, **changed) -> dict:
        return node(body, settings=SETTINGS | changed, steps=steps)

    assert [after(n)["used"] for n in (300, 1000)] == [4, 7]
    assert [after(n, ema=True)["used"] for n in (300, 1000)] == [5, 11]
    assert after(100, resets=True)["used"] == after(300, resets=True)["used"] == 16
    assert after(300)["error"] == pytest.approx(0.7, abs=0.02)
    assert after(300, resets=True)["error"] == pytest.approx(0.02, abs=0.005)
    for beta, told in {0.0: 0.35, 0.25: 0.25, 1.0: 0.10}.items():
        found = after(1000, resets=True, beta=beta)
        z, e, _ = arrays(found)
        assert np.linalg.norm(z - e[found["codes"]], axis=1).mean() == pytest.approx(told, abs=0.01)


def make(**changes) -> CodebookLab:
    """Return a small widget, with changes."""
    given = {"points": POINTS[:40], "picture": Figure(), "caption": "K entries.", "alt": "Points."}
    return CodebookLab(**given | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": POINTS[:, :1]}, "points: expected shape (N, 2), got (400, 1)"),
        ({"codes": 1}, "codes: expected 2 to 32, got 1"),
        ({"codes": 33}, "codes: expected 2 to 32, got 33"),
        ({"points": POINTS[:9], "codes": 10}, "codes: expected at most one a point, 9, got 10"),
        ({"beta": -0.1}, "beta: expected a number from 0 to 2, got -0.1"),
        ({"beta": float("nan")}, "beta: expected a number from 0 to 2, got nan"),
        ({"seed": -1}, "seed: expected 0 to 9999, got -1"),
        ({"caption": " "}, "caption: expected some text"),
    ],
)
def test_it_refuses(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make(**changes)


def test_settings_can_be_set_and_it_does_not_run():
    lab = make(beta=1, ema=True)
    lab.codes = 7
    assert (lab.codes, lab.beta, lab.ema, lab.resets, lab.running) == (7, 1.0, True, False, False)
