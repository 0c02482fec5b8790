"""The mode-collapse lab in a page, from a file, with no network: what it shows and survives."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from playwright.sync_api import expect

from gentutor.widgets import ModeCollapseLab

NO_WASM = "globalThis.WebAssembly = undefined;"
NO_WASM_IN_WORKER = """
const TrueBlob = Blob;
globalThis.Blob = class extends TrueBlob {
  constructor(parts, options) { super(["self.WebAssembly = undefined;", ...parts], options); }
};"""
NO_WORKER = "globalThis.Worker = undefined;"
DEAD_WORKER = """
globalThis.Worker = class {
  constructor() { setTimeout(() => this.onerror(new Event("error", { cancelable: true }))); }
  postMessage() {}
  terminate() {}
};"""
COUNT = """([selector, ms]) => new Promise(resolve => {
    let count = 0;
    const observer = new MutationObserver(() => count++);
    observer.observe(document.querySelector(selector), { childList: true, characterData: true });
    setTimeout(() => { observer.disconnect(); resolve(count); }, ms);
})"""
IDLE = "Nothing runs until you press Train."


@pytest.fixture
def lab(show):
    """Return a function that opens a lab in a browser that lacks what `without` takes away."""

    def open_lab(without: str = "", *, hash_: str = "", options=None, **settings):
        words = {"caption": "A lab.", "alt": "A ring."}
        made = ModeCollapseLab(picture=Figure(), **words, **settings)

        def spoil(states):
            for state in states.values():
                if "_esm" in state["state"]:
                    go_to = f"location.hash = {hash_!r};" if hash_ else ""
                    state["state"]["_esm"] = go_to + without + state["state"]["_esm"]

        return show(made, spoil=spoil, **options or {})

    return open_lab


def press(tab, name: str) -> None:
    """Press a button."""
    tab.get_by_role("button", name=name, exact=True).click()


def choose(tab, label: str, option: str) -> None:
    """Choose from a list."""
    tab.get_by_label(label, exact=True).select_option(option)


def step(tab) -> int:
    """Return the step of G that is shown."""
    return int(tab.locator(".gx-readout dd").first.inner_text().replace(",", ""))


def wait_for_step(tab, least: int) -> None:
    """Wait until G has taken so many steps; a busy machine may need a while."""
    tab.wait_for_function(
        "n => Number(document.querySelector('.gx-readout dd').textContent.replace(',', '')) >= n",
        arg=least,
        timeout=90_000,
    )


def said(tab, text: str | re.Pattern, timeout: float = 10_000) -> None:
    """Wait for the line below the plane."""
    expect(tab.locator(".gx-say").first).to_contain_text(text, timeout=timeout)


def picture(tab, index: int = 0) -> str:
    """Return what a canvas shows, to be compared."""
    return tab.locator("canvas").nth(index).evaluate("canvas => canvas.toDataURL()")


@pytest.mark.parametrize(
    ("without", "how"),
    [
        ("", "Training."),
        (NO_WASM_IN_WORKER, "Training without WebAssembly, which is slower."),
        (NO_WORKER, "Training without a worker, which is slower."),
        (DEAD_WORKER, "Training without a worker, which is slower."),
        (NO_WORKER + NO_WASM, "Training without a worker and WebAssembly, which is slower."),
    ],
    ids=["all", "no WebAssembly", "no Worker", "a dead Worker", "neither"],
)
def test_it_trains_with_what_the_browser_has(lab, numbers, without, how):
    tab = lab(without)
    said(tab, IDLE)
    assert numbers(tab)["Modes covered"] == "1 of 8"
    assert numbers(tab)["Reverse KL"] == "2.08 nats"
    press(tab, "Train")
    said(tab, how, 30_000)
    wait_for_step(tab, 60)
    press(tab, "Pause")
    said(tab, "Paused after a step of")
    paused = step(tab)
    tab.wait_for_timeout(300)
    assert step(tab) == paused
    assert 0 <= float(numbers(tab)["Reverse KL"].split()[0]) <= 2.08


def test_presets_collapse_and_cover(lab, numbers):
    tab = lab()
    press(tab, "Train")
    wait_for_step(tab, 1200)
    press(tab, "Pause")
    said(tab, "Collapsed: the samples are good, and serve few of the modes.")
    now = numbers(tab)
    assert now["Verdict"] == "collapsed"
    assert int(now["Modes covered"][0]) <= 3
    press(tab, "Settings: WGAN-GP")
    said(tab, IDLE)
    expect(tab.get_by_role("slider", name="λ, penalty")).to_be_visible()
    press(tab, "Train")
    wait_for_step(tab, 2400)
    press(tab, "Pause")
    said(tab, "Covered: nearly every mode has at least a fifth of its fair share")
    assert numbers(tab)["Modes covered"] == "8 of 8"
    label = tab.get_by_role("img", name="Coverage at step").get_attribute("aria-label")
    assert "100 % of the modes" in label


def test_nothing_runs_until_train_is_pressed_and_it_rests_out_of_sight(lab):
    tab = lab()
    tab.wait_for_timeout(500)
    assert step(tab) == 0
    tab.evaluate(
        "document.body.append(document.createElement('div')); "
        "document.body.lastChild.style.height = '5000px'"
    )
    press(tab, "Train")
    wait_for_step(tab, 20)
    tab.evaluate("scrollTo(0, 5000)")
    tab.wait_for_timeout(400)
    resting = step(tab)
    tab.wait_for_timeout(400)
    assert step(tab) == resting
    tab.evaluate("scrollTo(0, 0)")
    wait_for_step(tab, resting + 20)


def test_one_step_of_one_player_changes_what_is_its_own(lab):
    tab = lab()
    said(tab, IDLE)
    start = picture(tab)
    press(tab, "Step D once")
    said(tab, "Paused after a step of D.")
    assert step(tab) == 0
    after_d = picture(tab)
    assert after_d != start
    press(tab, "Step G once")
    said(tab, "Paused after a step of G.")
    assert step(tab) == 1
    assert picture(tab) != after_d
    tab.get_by_role("button", name="Step both").click()
    expect(tab.locator(".gx-readout dd").first).to_have_text("2")


def test_slow_motion_takes_a_step_at_a_time_with_arrows(lab):
    tab = lab(n_critic=1)
    press(tab, "Slow motion")
    press(tab, "Train")
    said(tab, "In slow motion, one step at a time. Arrows:")
    wait_for_step(tab, 2)
    assert step(tab) < 20
    press(tab, "Slow motion")
    wait_for_step(tab, 30)


def test_eight_seeds_run_side_by_side_and_one_is_chosen(lab, numbers):
    tab = lab(seed=4)
    choose(tab, "Runs", "8")
    press(tab, "Train")
    wait_for_step(tab, 40)
    press(tab, "Pause")
    cells = tab.locator(".gx-lab-cell")
    assert cells.count() == 8
    said(tab, "Paused after a step of")
    tally = tab.locator(".gx-lab-multiples .gx-title").inner_text()
    assert sum(int(n) for n in re.findall(r"(\d) [a-z]", tally)) == 8
    seen = cells.nth(5).inner_text()
    assert seen.startswith("9: ")
    before = picture(tab)
    cells.nth(5).click()
    expect(cells.nth(5)).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(".gx-readout dd").nth(1)).to_have_text(re.search(r"\d of 8", seen)[0])
    assert picture(tab) != before


def test_a_target_of_ones_own_by_pointer_and_by_keys(lab, numbers):
    tab = lab()
    choose(tab, "Data", "own")
    said(tab, "A target of your own needs at least three points; it has none.")
    expect(tab.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    plane = tab.get_by_role("application")
    box = plane.bounding_box()
    for x, y in [(0.25, 0.5), (0.75, 0.5), (0.75, 0.5), (0.75, 0.5)]:  # put, put, taken, put
        tab.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    said(tab, "it has 2.")
    for key in ["ArrowUp", "Shift+ArrowUp", "ArrowLeft", "Space"]:
        plane.press(key)
    said(tab, IDLE)
    assert "3 points, cursor at 1.25, 1.25" in plane.get_attribute("aria-label")
    assert numbers(tab)["Modes covered"] == "1 of 3"
    press(tab, "Train")
    wait_for_step(tab, 30)
    press(tab, "Pause")
    link = tab.get_by_role("link", name="Link to these settings").get_attribute("href")
    points = [p.split(",") for p in re.search(r"points=(.*)", link)[1].split(";")]
    expected = [(-1.5, 0), (1.5, 0), (1.25, 1.25)]
    np.testing.assert_allclose(np.array(points, dtype=float), expected, atol=0.03)


def test_a_link_carries_the_settings_and_nonsense_stays_out(lab):
    hash_ = (
        "#lab&objective=wgan_clip&clip=0.03&lr_d=0.005&seed=7&pack=4&target=grid&collapsed=false"
    )
    tab = lab(hash_=hash_ + "&n_critic=99&lr_g=x&gp_weight=-1&seeds=3&evil=1")
    said(tab, IDLE)
    values = {"Data": "grid", "Objective": "wgan_clip", "D judges": "4", "G starts": "false"}
    for label, value in (values | {"Seed": "7", "Runs": "1"}).items():
        assert tab.get_by_label(label, exact=True).input_value() == value
    texts = {"c, clipping": "0.03", "D’s learning rate": "0.005", "G’s learning rate": "0.001"}
    for label, text in (texts | {"D steps": "5"}).items():
        slider = tab.get_by_role("slider", name=label, exact=True)
        assert float(slider.get_attribute("aria-valuetext")) == pytest.approx(float(text), rel=0.07)
    tab.get_by_role("link", name="Link to these settings").click()
    assert "pack=4" in tab.evaluate("location.hash")
    assert "lr_d=0.005" in tab.evaluate("location.hash")


def test_rates_work_from_the_next_step_and_another_game_begins_anew(lab):
    tab = lab()
    press(tab, "Train")
    wait_for_step(tab, 30)
    tab.get_by_role("slider", name="G’s learning rate").press("ArrowRight")
    wait_for_step(tab, step(tab) + 10)
    press(tab, "Pause")
    assert step(tab) > 30
    choose(tab, "Objective", "hinge")
    said(tab, IDLE)
    tab.wait_for_timeout(500)  # a report on its way must not bring the old run back
    assert step(tab) == 0


def test_a_run_that_diverges_says_at_which_step_and_goes_on_from_the_start(lab):
    tab = lab(lr_d=1e30, lr_g=1e30)
    for _ in range(2):
        press(tab, "Train")
        pattern = r"Training stopped: seed 0 diverged at step \d+ of G\. Lower a learning rate"
        said(tab, re.compile(pattern), 30_000)
        expect(tab.get_by_role("button", name="Train", exact=True)).to_be_enabled()
        press(tab, "Start again")
        said(tab, IDLE)
    tab.get_by_role("slider", name="D’s learning rate").press("Home")
    tab.get_by_role("slider", name="G’s learning rate").press("Home")
    press(tab, "Train")
    wait_for_step(tab, 20)


def test_by_keyboard_from_control_to_control(lab):
    tab = lab()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Train", exact=True)).to_be_focused()
    tab.keyboard.press("Space")
    wait_for_step(tab, 5)
    tab.keyboard.press("Enter")
    said(tab, "Paused")
    for name in ("Start again", "Step D once", "Step G once", "Step both: D's steps, then G"):
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("button", name=name)).to_be_focused()
    for control in tab.locator(".gx input, .gx select").all():
        assert control.evaluate("input => input.labels[0].textContent").strip()


def test_on_a_phone_controls_and_plane_are_in_sight_together(lab):
    tab = lab(options={"viewport": {"width": 390, "height": 844}, "has_touch": True})
    tab.get_by_role("button", name="Train", exact=True).tap()
    wait_for_step(tab, 20)
    tab.get_by_role("button", name="Pause").tap()
    said(tab, "Paused")
    parts = (".gx-controls > .gx-row", "canvas", ".gx-say")
    boxes = [tab.locator(of).first.bounding_box() for of in parts]
    assert boxes[-1]["y"] + boxes[-1]["height"] - boxes[0]["y"] < 844
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.locator("summary").tap()
    expect(tab.get_by_label("Objective", exact=True)).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def recording():
    """Return a diagram of two objectives in which no two cells agree."""
    rng = np.random.default_rng(0)
    return {
        "objective": ["non_saturating", "r1"],
        "lr_ratio": [0.1, 1.0, 10.0],
        "n_critic": [1, 5],
        "verdict": rng.integers(0, 5, (2, 3, 2, 10)),
        "settings": {"r1": {"gp_weight": 0.3}},
    }


def test_a_recorded_cell_says_how_its_seeds_ended_and_loads_its_settings(lab):
    recorded = recording()
    tab = lab(recorded=recorded, target="grid", pack=4)
    cells = tab.locator(".gx-lab-phase-cell")
    for game, objective in enumerate(recorded["objective"]):
        choose(tab, "Objective", objective)
        for cell, (n, ratio) in enumerate((n, r) for n in range(2) for r in range(3)):
            counts = np.bincount(recorded["verdict"][game, ratio, n], minlength=5)
            words = ("failed", "collapsed", "covers", "spread", "partial")
            told = [f"{c} {w}" for c, w in zip(counts, words, strict=True) if c]
            name = cells.nth(cell).get_attribute("aria-label")
            assert name.partition(": ")[2] == ", ".join(told)
    assert tab.locator(".gx-lab-phase-cell[aria-pressed=true]").count() == 0
    cells.nth(5).click()
    expect(cells.nth(5)).to_have_attribute("aria-pressed", "true")
    link = tab.get_by_role("link", name="Link to these settings").get_attribute("href")
    loaded = ("target=ring", "objective=r1", "n_critic=5", "lr_d=0.01&", "gp_weight=0.3", "pack=1")
    assert [part for part in loaded if part not in link] == []
    choose(tab, "Objective", "hinge")
    expect(tab.locator(".gx-lab-phase")).to_be_hidden()


def test_a_recording_that_is_missing_is_said_in_its_place(lab):
    tab = lab(recorded="The recording is missing: make it with gentutor record.")
    expect(tab.get_by_role("note")).to_have_text(re.compile("The recording is missing"))
    press(tab, "Train")
    wait_for_step(tab, 5)


@pytest.mark.parametrize(
    ("worker", "lacks"),
    [("", "this browser has no canvas"), (NO_WORKER, "no canvas and no worker")],
)
def test_without_a_canvas_it_says_so_and_the_picture_stays(lab, worker, lacks):
    tab = lab(worker + "HTMLCanvasElement.prototype.getContext = () => null;")
    expect(tab.get_by_role("alert")).to_contain_text(lacks)
    expect(tab.get_by_role("img", name="A ring.")).to_be_visible()


def test_the_line_is_read_aloud_when_its_words_change_and_not_at_every_step(lab):
    tab = lab(target="grid")
    press(tab, "Train")
    said(tab, "Training.")
    assert tab.evaluate(COUNT, [".gx-say", 1500]) <= 3
    assert tab.locator("[role=status]:visible, [aria-live]:visible").count() == 1
