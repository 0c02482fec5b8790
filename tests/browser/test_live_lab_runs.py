"""The lab beside its recorded runs, and beside a kernel that answers, goes silent, or is gone."""

import base64
import json
import re
import shutil

import numpy as np
import pytest
from matplotlib.figure import Figure
from playwright.sync_api import expect

from gentutor.recording import phase_diagram, read_recording
from gentutor.widgets import ModeCollapseLab
from gentutor.widgets.mode_lab import SETTINGS

NAME = "mode_collapse.safetensors"
OTHERS = (
    "caption",
    "arrays",
    "recorded",
    "running",
    "step",
    "driven",
    "request",
    "status",
    "reply",
)


@pytest.fixture
def lab():
    """Return a function that makes a lab."""
    return lambda **given: ModeCollapseLab(picture=Figure(), caption="A.", alt="B.", **given)


def rows(tab) -> list[list[str]]:
    """Return the table of runs, without its head."""
    found = tab.locator(".gx-lab-table tbody tr").all()
    texts = [row.locator("th, td").all_inner_texts() for row in found]
    return [[text.replace("−", "-") for text in each] for each in texts]


def test_a_press_on_a_cell_loads_its_settings_and_shows_its_ten_runs(show, lab, root):
    path = root / "recordings" / NAME
    kept = read_recording(path)
    tab = show(lab(recorded=phase_diagram(path), objective="wgan_gp", pack=2))
    expect(tab.locator(".gx-lab-runs")).to_be_hidden()
    at = (kept.axes["objective"].index("wgan_gp"), kept.axes["lr_ratio"].index(3.0), 1)
    cell = tab.get_by_role("button", name="2 D steps, D’s rate 3 times G’s: 10 covers")
    took = cell.evaluate(
        """cell => {
            const began = performance.now();
            cell.click();
            document.querySelector('.gx-lab-runs').getBoundingClientRect();
            return performance.now() - began;
        }"""
    )
    print(f"a press took {took:.0f} ms")
    expect(cell).to_have_attribute("aria-pressed", "true")
    assert tab.get_by_label("D judges", exact=True).input_value() == "1"
    assert tab.get_by_role("slider", name="D steps").input_value() == "2"
    expect(tab.locator(".gx-lab-runs .gx-title")).to_have_text(
        "Recorded after 1,200 steps of G: 10 covers"
    )
    here, mean, *seeds = rows(tab)
    assert here[-1] == "not trained yet"
    outcome = kept.outcome[at].float().numpy()
    for s, row in enumerate(seeds):
        m20, kl, quality = outcome[s]
        expected = [f"seed {s}", f"{m20:g}", f"{100 * quality:.0f} %", f"{kl:.2f}", "covers"]
        assert row[:2] + row[-1:] == expected[:2] + expected[-1:]
        assert float(row[2].split()[0]) == pytest.approx(100 * quality, abs=0.51)
        assert float(row[3]) == pytest.approx(kl, abs=0.0051)
    assert len(seeds) == 10
    assert float(mean[1]) == pytest.approx(outcome[:, 0].mean(), abs=0.01)
    tab.get_by_role("button", name="Train", exact=True).click()
    expect(tab.locator(".gx-lab-here th")).to_have_text(re.compile(r"step \d"), timeout=60_000)
    tab.get_by_role("button", name="Pause").click()
    tab.get_by_role("slider", name="G’s learning rate").press("ArrowRight")
    expect(tab.locator(".gx-lab-runs")).to_be_hidden()  # they are no runs of these settings


def test_a_run_without_a_good_sample_has_no_reverse_kl(show, lab, root):
    found = phase_diagram(root / "recordings" / NAME)
    tab = show(lab(recorded=found, objective="minimax"))
    tab.get_by_role("button", name="2 D steps, D’s rate 0.1 times G’s: 10 failed").press("Enter")
    assert all(row[3] == "–" for row in rows(tab))


@pytest.mark.parametrize("fault", ["missing", "truncated"])
def test_a_spoilt_recording_is_told_in_its_place(show, lab, root, tmp_path, fault):
    path = tmp_path / NAME
    if fault == "truncated":
        shutil.copy(root / "recordings" / NAME, path)
        path.write_bytes(path.read_bytes()[:-100])
    tab = show(lab(recorded=phase_diagram(path)))
    note = tab.get_by_role("note")
    expect(note).to_contain_text("No recorded runs: path:")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(tab.get_by_role("button", name="Train", exact=True)).to_be_enabled()


KERNEL = """
globalThis.kernel = {
  alive: true, sent: [], listeners: {}, values: VALUES,
  say(name, value) {
    this.values[name] = value;
    for (const tell of this.listeners[`change:${name}`] ?? []) tell();
  },
  fire(event) { for (const tell of this.listeners[event] ?? []) tell({}); },
};
const model = {
  get: (name) => kernel.values[name],
  set(name, value) { kernel.values[name] = value; kernel.fire(`change:${name}`); },
  save_changes() {
    if (!kernel.alive) throw new Error("comm closed");
    kernel.sent.push({ ...kernel.values });
  },
  send(content) { if (!kernel.alive) throw new Error("comm closed"); kernel.fire("msg:custom"); },
  on: (event, tell) => (kernel.listeners[event] ??= []).push(tell),
  off() {},
};
const url = URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
const el = document.querySelector("#cell");
import(url).then((module) => module.default.render({ model, el }));
"""


@pytest.fixture
def notebook(watch, tmp_path, lab):
    """Return a function that shows a lab as a notebook does, with a kernel made of JavaScript."""

    def open_lab(**given):
        made = lab(**given)
        made.drive(lambda settings: iter(()))
        values = {name: getattr(made, name) for name in (*SETTINGS, *OTHERS)}
        code = KERNEL.replace("VALUES", json.dumps(values)).replace("SOURCE", json.dumps(made._esm))
        code = code.replace("</script", "<\\/script")
        (tmp_path / "index.html").write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">'
            f'<style>{made._css}</style><body><div id="cell"></div><script>{code}</script>'
        )
        return watch(tmp_path, "file").page, tmp_path

    return open_lab


def test_the_kernel_trains_beside_the_page_and_may_stop(notebook):
    tab, folder = notebook(objective="wgan_gp", seeds=8)
    tab.goto((folder / "index.html").as_uri())
    say = tab.locator(".gx-lab-python .gx-say")
    expect(say).to_contain_text("Connected to Python")
    tab.get_by_role("button", name="Train in Python").click()
    expect(say).to_have_text("Asked Python to train.")
    asked = tab.evaluate("kernel.sent.at(-1)")
    assert (asked["request"], asked["objective"], asked["seeds"]) == (1, "wgan_gp", 8)

    angle = np.arange(2504) % 8 * np.pi / 4
    ring = np.stack([2 * np.cos(angle), 2 * np.sin(angle)], -1).astype("<f4")
    x = np.stack([ring] * 7 + [ring[:1].repeat(2504, 0)])
    tab.evaluate(
        """([bytes, seeds]) => {
            const data = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
            kernel.say("status", "training");
            const at = { step: 100, steps: 1200, diverged: {} };
            kernel.say("reply", { ...at, x: new DataView(data.buffer), runs: 8, seeds });
        }""",
        [base64.b64encode(x.tobytes()).decode(), list(range(8))],
    )
    expect(say).to_have_text("Python trains: step 100 of 1,200.")
    cells = tab.locator(".gx-lab-python .gx-lab-cell")
    assert cells.first.inner_text() == "0: 8 of 8 covers"
    assert cells.last.inner_text() == "7: 1 of 8 collapsed"

    tab.evaluate("kernel.alive = false; kernel.fire('comm_live_update')")
    expect(say).to_contain_text("Not connected to Python")
    expect(say).to_contain_text("The lab goes on here, in the browser.")
    tab.get_by_role("button", name="Train", exact=True).click()
    tab.wait_for_function(
        "Number(document.querySelector('.gx-readout dd').textContent) > 5", timeout=60_000
    )
    tab.evaluate("kernel.alive = true; kernel.fire('comm_live_update')")
    expect(say).not_to_contain_text("Not connected")


def test_in_the_page_there_is_no_button_for_python(show, lab):
    made = lab()
    made.drive(lambda settings: iter(()))
    tab = show(made)
    expect(tab.get_by_role("button", name="Train", exact=True)).to_be_visible()
    expect(tab.get_by_role("button", name="Train in Python")).to_be_hidden()
