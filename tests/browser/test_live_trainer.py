"""The VAE that trains in the page, from a file, with no network: what it shows and survives."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from playwright.sync_api import expect

from gentutor.data import digits
from gentutor.widgets import VAETrainer

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


def widget(**settings) -> VAETrainer:
    """Return the widget with the book's digits."""
    data = digits()
    images, shown = (np.asarray(x).reshape(-1, 8, 8) for x in (data.x_train, data.x_test[:8]))
    words = {"caption": "A VAE that trains in the page.", "alt": "Digits."}
    return VAETrainer(images=images, shown=shown, picture=Figure(), **words, **settings)


@pytest.fixture
def trainer(show):
    """Return a function that opens the widget in a browser that lacks what `without` takes away."""

    def open_trainer(without: str = "", made: VAETrainer | None = None, **options):
        def spoil(states):
            for state in states.values():
                if "_esm" in state["state"]:
                    state["state"]["_esm"] = without + state["state"]["_esm"]

        return show(made or widget(), spoil=spoil, **options)

    return open_trainer


def step(tab) -> int:
    """Return the step that is shown."""
    return int(tab.locator(".gx-readout dd").first.inner_text().replace(",", ""))


def wait_for_step(tab, least: int) -> None:
    """Wait until so many steps are taken; a busy machine may need a while."""
    tab.wait_for_function(
        "n => Number(document.querySelector('.gx-readout dd').textContent.replace(',', '')) >= n",
        arg=least,
        timeout=90_000,
    )


def digits_shown(tab, canvas: int) -> np.ndarray:
    """Return the grey values of a canvas of 16 digits, (16, 8, 8)."""
    pixels = tab.locator("canvas").nth(canvas).evaluate(
        """canvas => {
            const context = canvas.getContext('2d');
            const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
            return [width, ...data.filter((_, i) => i % 4 == 3)];
        }"""
    )  # fmt: skip
    grey = (np.array(pixels[1:]).reshape(-1, pixels[0])[4::8, 4::8] - 14) / 241
    rows = [grey[y : y + 8, x : x + 8] for y in (0, 9) for x in range(0, 72, 9)]
    return np.array(rows)


def error(tab) -> float:
    """Return the root mean square error of the reconstructions of the test digits."""
    pairs = digits_shown(tab, 0)
    return float(np.sqrt(np.mean((pairs[:8] - pairs[8:]) ** 2)))


def train(tab, least: int) -> None:
    """Press Train, and Pause after so many steps."""
    tab.get_by_role("button", name="Train").click()
    wait_for_step(tab, least)
    tab.get_by_role("button", name="Pause").click()
    expect(tab.locator(".gx-say")).to_contain_text("Paused at step")


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("", "Training."),
        (NO_WASM_IN_WORKER, "Training without WebAssembly, which is slower."),
        (NO_WORKER, "Training without a worker, which is slower."),
        (DEAD_WORKER, "Training without a worker, which is slower."),
        (NO_WORKER + NO_WASM, "Training without a worker and WebAssembly, which is slower."),
    ],
    ids=["all", "no WebAssembly", "no Worker", "a dead Worker", "neither"],
)
def test_it_learns_the_digits_with_what_the_browser_has(trainer, numbers, without, said):
    tab = trainer(without)
    wait_for_step(tab, 0)
    assert error(tab) > 0.35
    tab.get_by_role("button", name="Train").click()
    expect(tab.locator(".gx-say")).to_have_text(said, timeout=30_000)
    wait_for_step(tab, 400)
    tab.get_by_role("button", name="Pause").click()
    expect(tab.locator(".gx-say")).to_contain_text("Paused at step")
    np.testing.assert_allclose(
        digits_shown(tab, 0)[:8], digits().x_test[:8].reshape(8, 8, 8), atol=0.01
    )
    assert error(tab) < 0.15
    now = numbers(tab)
    assert now["β weighs like"] == "1"
    kl, nll, elbo = (float(now[k].split()[0]) for k in ("KL", "Reconstruction", "ELBO"))
    assert kl > 6
    assert nll < -20
    assert elbo == pytest.approx(-(nll + kl), abs=0.11)


def test_nothing_runs_until_train_is_pressed_whatever_python_had(trainer):
    made = widget()
    made.running = True
    tab = trainer(made=made)
    wait_for_step(tab, 0)
    tab.wait_for_timeout(500)
    assert step(tab) == 0
    expect(tab.locator(".gx-say")).to_have_text("Nothing runs until you press Train.")


def test_it_pauses_goes_on_and_starts_again(trainer):
    tab = trainer()
    train(tab, 50)
    paused, shown = step(tab), digits_shown(tab, 1)
    tab.wait_for_timeout(300)
    assert step(tab) == paused
    tab.get_by_role("button", name="Train").click()
    wait_for_step(tab, paused + 50)
    tab.get_by_role("button", name="Pause").click()
    tab.get_by_role("button", name="Start again").click()
    expect(tab.locator(".gx-say")).to_have_text("Nothing runs until you press Train.")
    assert step(tab) == 0
    assert not np.array_equal(digits_shown(tab, 1), shown)


def test_it_rests_while_it_is_out_of_sight(trainer):
    tab = trainer()
    tab.evaluate(
        "document.body.append(document.createElement('div')); "
        "document.body.lastChild.style.height = '4000px'"
    )
    tab.get_by_role("button", name="Train").click()
    wait_for_step(tab, 20)
    tab.evaluate("scrollTo(0, 4000)")
    tab.wait_for_timeout(400)
    resting = step(tab)
    tab.wait_for_timeout(400)
    assert step(tab) == resting
    tab.evaluate("scrollTo(0, 0)")
    wait_for_step(tab, resting + 20)


def test_the_mean_over_pixels_collapses_it_and_the_line_says_why(trainer, numbers):
    tab = trainer()
    tab.get_by_role("radiogroup", name="Reconstruction").get_by_label("mean").check()
    assert numbers(tab)["β weighs like"] == "64"
    tab.get_by_role("button", name="Train").click()
    expect(tab.locator(".gx-say")).to_have_text(
        "Training. The mean over 64 pixels makes β = 1 weigh like 64. "
        "Collapse: every dimension is below 0.01 nats, all digits get one reconstruction.",
        timeout=90_000,
    )
    tab.get_by_role("button", name="Pause").click()
    expect(tab.locator(".gx-say")).to_contain_text("Paused")
    label = tab.get_by_role("img", name="KL of each dimension").get_attribute("aria-label")
    assert max(float(kl) for kl in re.findall(r"\d\.\d\d", label)) <= 0.01
    reconstructions = digits_shown(tab, 0)[8:]
    assert np.ptp(reconstructions, axis=0).max() < 0.15
    tab.get_by_role("radiogroup", name="KL").get_by_label("mean").check()
    assert numbers(tab)["β weighs like"] == "8"
    expect(tab.locator(".gx-say")).to_contain_text(
        "The means over 64 pixels and over 8 dimensions make β = 1 weigh like 8."
    )


def test_settings_are_at_work_from_the_next_step(trainer, numbers):
    tab = trainer()
    train(tab, 300)
    before = float(numbers(tab)["KL"].split()[0])
    tab.get_by_role("slider", name="β").press("End")
    assert numbers(tab)["β weighs like"] == "100"
    train(tab, step(tab) + 100)
    assert float(numbers(tab)["KL"].split()[0]) < before / 4


def test_a_fixed_variance_stays_where_it_is_put(trainer):
    tab = trainer()
    variance = tab.get_by_role("slider", name="σ²")
    expect(variance).to_be_disabled()
    tab.get_by_label("learnt").uncheck()
    expect(variance).to_be_enabled()
    variance.press("End")
    train(tab, 30)
    assert variance.get_attribute("aria-valuetext") == "1"
    tab.get_by_label("learnt").check()
    train(tab, step(tab) + 60)
    assert float(variance.get_attribute("aria-valuetext")) < 0.5


def test_a_loss_that_is_not_finite_stops_it_and_it_can_start_again(trainer):
    tab = trainer(made=widget(learning_rate=1e4))
    steps = []
    for _ in range(2):
        tab.get_by_role("button", name="Train").click()
        expect(tab.locator(".gx-say")).to_contain_text("Press Start again", timeout=30_000)
        said = tab.locator(".gx-say").inner_text()
        found = re.fullmatch(
            r"Training stopped: the loss was no longer finite at step (\d+)\. "
            r"Press Start again for the first weights of seed 0\.",
            said,
        )
        steps.append(int(found[1]))
        tab.get_by_role("button", name="Start again").click()
        expect(tab.locator(".gx-say")).to_have_text("Nothing runs until you press Train.")
        assert step(tab) == 0
    assert steps[0] == steps[1] > 1


def test_everything_by_keyboard(trainer, numbers):
    tab = trainer()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Train")).to_be_focused()
    tab.keyboard.press("Space")
    expect(tab.get_by_role("button", name="Pause")).to_be_focused()
    wait_for_step(tab, 20)
    tab.keyboard.press("Enter")
    for role, name in [("button", "Start again"), ("spinbutton", "Seed"), ("slider", "β")]:
        tab.keyboard.press("Tab")
        expect(tab.get_by_role(role, name=name)).to_be_focused()
    tab.keyboard.press("Home")
    assert numbers(tab)["β weighs like"] == "0.01"
    tab.keyboard.press("Tab")  # σ² is learnt, so that its slider is passed over
    expect(tab.get_by_label("learnt")).to_be_focused()
    tab.keyboard.press("Space")
    expect(tab.get_by_role("slider", name="σ²")).to_be_enabled()
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowRight")
    assert numbers(tab)["β weighs like"] == "0.64"


def test_another_seed_begins_anew_and_no_other_number_is_taken(trainer):
    tab = trainer()
    train(tab, 20)
    seed = tab.get_by_role("spinbutton", name="Seed")
    seed.fill("7")
    seed.press("Enter")
    expect(tab.locator(".gx-readout dd").first).to_have_text("0")
    seventh = digits_shown(tab, 1)
    for wrong in ("-1", "1.5", "10000", ""):
        seed.fill(wrong)
        seed.blur()
        assert seed.input_value() == "7"
    seed.fill("0")
    seed.press("Enter")
    tab.wait_for_timeout(300)
    assert not np.array_equal(digits_shown(tab, 1), seventh)


def test_on_a_phone_all_that_moves_is_in_sight_with_the_controls(trainer):
    tab = trainer(viewport={"width": 390, "height": 844}, has_touch=True)
    tab.get_by_role("button", name="Train").tap()
    wait_for_step(tab, 120)
    tab.get_by_role("button", name="Pause").tap()
    expect(tab.locator(".gx-say")).to_contain_text("Paused")
    moves = tab.locator(".gx-vae-controls > .gx-row, canvas, .gx-plot")
    boxes = [moves.nth(i).bounding_box() for i in range(5)]
    assert max(box["y"] + box["height"] for box in boxes) - boxes[0]["y"] < 780
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    sizes = tab.locator(".gx-plot text").evaluate_all(
        """texts => texts.map(text => {
            const { a, b } = text.getScreenCTM(); // b: the axis's name is turned
            return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
        })"""
    )
    assert min(sizes) >= 10.9
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("worker", "lacks"),
    [("", "this browser has no canvas"), (NO_WORKER, "no canvas and no worker")],
)
def test_without_a_canvas_it_says_so_and_the_picture_stays(trainer, worker, lacks):
    tab = trainer(worker + "HTMLCanvasElement.prototype.getContext = () => null;")
    expect(tab.get_by_role("alert")).to_contain_text(lacks)
    expect(tab.get_by_role("img", name="Digits.")).to_be_visible()


COUNT = """([selector, ms]) => new Promise(resolve => {
    let count = 0;
    const observer = new MutationObserver(() => count++);
    observer.observe(document.querySelector(selector), { childList: true, characterData: true });
    setTimeout(() => { observer.disconnect(); resolve(count); }, ms);
})"""


@pytest.mark.parametrize(("motion", "least", "most"), [("reduce", 1, 4), ("no-preference", 6, 60)])
def test_pictures_change_once_a_second_for_those_who_want_little_motion(
    trainer, motion, least, most
):
    tab = trainer(reduced_motion=motion)
    tab.get_by_role("button", name="Train").click()
    wait_for_step(tab, 1)
    assert least <= tab.evaluate(COUNT, [".gx-readout dd", 3000]) <= most


def test_the_line_is_read_aloud_once_and_not_at_every_step(trainer):
    tab = trainer()
    tab.get_by_role("button", name="Train").click()
    expect(tab.locator(".gx-say")).to_have_text("Training.")
    assert tab.evaluate(COUNT, [".gx-say", 1500]) == 0
    assert tab.locator("[role=status], [aria-live]").count() == 1
