"""The same widget in JupyterLab, with a kernel behind it that hears it and moves it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

CELLS = [
    """import numpy as np
from matplotlib.figure import Figure
from gentutor.widgets import BetaSweep
sweep = BetaSweep(**np.load("numbers.npz"), picture=Figure(), caption="A caption.", alt="Alt.")
sweep""",
    """print("Python sees", sweep.index)
sweep.index = 3""",
]


@pytest.fixture
def lab(browser: Browser, root: Path, tmp_path: Path) -> Iterator[str]:
    """Return the address of a JupyterLab that serves ``tmp_path`` and leaves no trace."""
    own = {
        f"JUPYTER{part}_DIR": str(tmp_path / "jupyter")
        for part in ("_CONFIG", "_DATA", "_RUNTIME", "LAB_SETTINGS", "LAB_WORKSPACES")
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = ["--port=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command + options,
            env=os.environ | own | {"PYTHONPATH": str(root)},
            cwd=tmp_path,
            stdout=log,
            stderr=log,
        )
        try:
            for _ in range(300):
                found = list((tmp_path / "jupyter").glob("jpserver-*.json"))
                if found or server.poll() is not None:
                    break
                time.sleep(0.1)
            assert found, (tmp_path / "lab.log").read_text()[-2000:]
            yield json.loads(found[0].read_text())["url"]
        finally:
            server.terminate()
            server.wait(20)


def test_the_widget_and_the_kernel_move_each_other(lab, browser, tmp_path, sweep_arguments):
    words = ("picture", "caption", "alt")
    np.savez(
        tmp_path / "numbers.npz",
        **{name: value for name, value in sweep_arguments.items() if name not in words},
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, tmp_path / "try.ipynb")
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{lab}lab/tree/try.ipynb?reset")
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.nth(0).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    slider = page.get_by_role("slider", name="β, the weight of the KL")
    slider.press("End")
    slider.press("ArrowLeft")  # JupyterLab has shortcuts on arrow keys
    expect(page.locator(".gx-caption")).to_have_text("A caption.")
    total = f"{sweep_arguments['kl'][14].sum():.2f} nats"
    expect(page.locator(".gx-readout dd").first).to_have_text(total)
    cells.nth(1).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(cells.nth(1).locator(".jp-OutputArea")).to_contain_text("Python sees 14", timeout=30_000)
    expect(slider).to_have_js_property("value", "3", timeout=30_000)
    page.close()
