"""Notebooks of three cells in JupyterLab: widget, kernel and an ipywidgets slider as one."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect
from test_live_lab import wait_for_step

CELLS = (
    "from ipywidgets import FloatSlider, link\n"
    "from matplotlib.figure import Figure\n"
    "from gentutor.widgets import DistanceLab\n"
    "lab = DistanceLab(picture=Figure(), caption='Two laws.', alt='Four heaps.', shift=1)",
    "slider = FloatSlider(min=-4, max=4, step=0.05, description='from Python')\n"
    "moved = link((lab, 'shift'), (slider, 'value'))  # by way of the kernel\n"
    "slider",
    "lab",
)
MODE_LAB = (
    "from functools import partial\n"
    "from matplotlib.figure import Figure\n"
    "from gentutor.training.live import train_live\n"
    "from gentutor.widgets import ModeCollapseLab\n"
    "lab = ModeCollapseLab(picture=Figure(), caption='A lab.', alt='A ring.')",
    "lab.drive(partial(train_live, steps=40, every=20))",
    "lab",
)
BROKEN = "lab._esm = 'export default { render() { oops(); } }'\n"
SLOW = 120_000  # milliseconds for what two loaded cores may need a minute for


@pytest.fixture(scope="module")
def jupyter(root, tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """Start JupyterLab in a home of its own; return its address and the folder it shows."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "notebooks"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    options = ("token=", "password=", "ip=127.0.0.1", f"port={port}", "port_retries=0",
               "disable_check_xsrf=True")  # fmt: skip
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
             *(f"--ServerApp.{option}" for option in options), "--LabApp.news_url=None",
             "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
            cwd=folder, stdout=log, stderr=log,
            env=kept | {"HOME": str(home), "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}/"
    try:
        until = time.monotonic() + SLOW / 1000
        while not answers(base + "api/status"):
            said = (home / "log").read_text()
            assert process.poll() is None, f"JupyterLab ended: {said}"
            assert time.monotonic() < until, f"JupyterLab does not answer: {said}"
            time.sleep(0.2)
        yield base, folder
    finally:
        process.terminate()
        process.wait(60)


def answers(url: str) -> bool:
    """Say whether there is a server that answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def run_all(jupyter, browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a notebook of these cells and runs them in a fresh kernel."""
    base, folder = jupyter
    context = browser.new_context(viewport={"width": 1300, "height": 1600})
    sessions: list[str] = []

    def run(name: str, *cells: str) -> Page:
        notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
        nbformat.write(notebook, folder / name)
        session = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        started = context.request.post(f"{base}api/sessions", data=session).json()
        sessions.append(f"{base}api/sessions/{started['id']}")
        tab = context.new_page()
        tab.set_default_timeout(SLOW)
        tab.goto(f"{base}doc/tree/{name}", wait_until="commit")
        idle(tab)
        connected(tab, f"{base}api/kernels/{started['kernel']['id']}")
        tab.get_by_role("menuitem", name="Run", exact=True).click()
        tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        expect(tab.locator(".jp-InputPrompt").last).to_have_text("[3]:", timeout=SLOW)
        idle(tab)
        return tab

    yield run
    for session in sessions:
        context.request.delete(session)
    context.close()


def connected(tab: Page, url: str) -> None:
    """Wait until the page talks to the kernel: until then the toolbar calls it idle, too."""
    until = time.monotonic() + SLOW / 1000
    state: dict = {}
    while not state.get("connections") or state["execution_state"] != "idle":
        state = tab.request.get(url).json()
        assert time.monotonic() < until, state
        tab.wait_for_timeout(100)


def idle(tab: Page) -> None:
    """Wait until the kernel has nothing to do."""
    tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")


def shift_of(tab: Page) -> Locator:
    """Return the slider in the widget."""
    return tab.get_by_role("slider", name="Shift of the samples")


def active_cell(tab: Page) -> str | None:
    """Return which cell the notebook's own keys would work on."""
    return tab.locator(".jp-Cell.jp-mod-active").get_attribute("data-windowed-list-index")


def check_they_move_each_other(tab: Page, wait: int = SLOW) -> None:
    """Move each by its arrow keys, and watch the other follow."""
    ours, theirs = shift_of(tab), tab.locator(".noUi-handle")
    expect(ours).to_have_value("1", timeout=wait)
    ours.focus()
    cell = active_cell(tab)
    for key in ("ArrowUp", "ArrowRight"):  # in a notebook an arrow key also changes the cell
        ours.press(key)
    expect(ours).to_have_value("1.1")
    assert active_cell(tab) == cell
    expect(theirs).to_have_attribute("aria-valuenow", "1.1")
    theirs.focus()
    for _ in range(4):
        theirs.press("ArrowLeft")
    expect(theirs).to_have_attribute("aria-valuenow", "0.9")
    expect(ours).to_have_value("0.9")
    expect(ours).to_have_attribute("aria-valuetext", "δ = 0.90")


def test_widget_and_slider_move_each_other_by_way_of_the_kernel(run_all):
    check_they_move_each_other(run_all("three.ipynb", *CELLS))


def test_the_check_fails_where_the_widget_is_broken(run_all):
    first, *rest = CELLS
    tab = run_all("broken.ipynb", f"{first}\n{BROKEN}", *rest)
    with pytest.raises(AssertionError, match=r"(?i)expected to have value"):
        check_they_move_each_other(tab, wait=5_000)


def test_python_trains_what_the_lab_is_set_to_and_without_it_the_page_goes_on(run_all):
    tab = run_all("mode_lab.ipynb", *MODE_LAB)
    panel = tab.locator(".gx-lab-python")
    said = panel.locator(".gx-say")
    expect(said).to_contain_text("Connected to Python", timeout=SLOW)
    for label, option in {"Objective": "wgan_gp", "Runs": "8", "Data": "grid"}.items():
        tab.get_by_label(label, exact=True).select_option(option)
    panel.get_by_role("button", name="Train in Python").click()
    expect(said).to_have_text("Python is done: 40 steps of G.", timeout=SLOW)
    cells = panel.locator(".gx-lab-cell")
    expect(cells).to_have_count(8)
    expect(cells.last).to_have_text(re.compile(r"^7: \d+ of 25 "))

    server = tab.url.partition("doc/")[0]
    for kernel in tab.request.get(f"{server}api/kernels").json():
        tab.request.delete(f"{server}api/kernels/{kernel['id']}")
    expect(said).to_contain_text("Not connected to Python", timeout=SLOW)
    tab.get_by_label("Runs", exact=True).select_option("1")
    tab.get_by_role("button", name="Train", exact=True).click()
    wait_for_step(tab, 50)
