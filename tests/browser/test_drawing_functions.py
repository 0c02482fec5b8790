"""Drawing functions of the trainers, called in a page with numbers of our own."""

import numpy as np
import pytest
from plotted import Plot

from gentutor.widgets.explorable import source

# a context that notes what it is told, at 100 pixels for the square from -1 to 1
NOTED = """
  const rects = [], moves = [], lines = [];
  const context = {
    fillRect: (...r) => rects.push(r), beginPath: () => {}, stroke: () => {},
    moveTo: (...p) => moves.push(p), lineTo: (...p) => lines.push(p),
  };
  const view = { context, side: 100, X: scale([-1, 1], [0, 100]), Y: scale([-1, 1], [100, 0]) };
"""


@pytest.fixture(scope="module")
def page(browser):
    """Return an empty page that has the functions of the kit, the lab and the VAE's trainer."""
    tab = browser.new_page()
    tab.set_content("<!doctype html><body><div id=box style='width: 400px'></div>")
    tab.add_script_tag(content=source("kit.js", "mode_lab_plane.js", "mode_lab_charts.js"))
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def vae_page(browser):
    """Return an empty page that has the functions of the kit and the VAE's plots."""
    tab = browser.new_page()
    tab.set_content("<!doctype html><body><div id=box style='width: 400px'></div>")
    grouped = "const grouped = (n) => String(Math.round(n));"
    tab.add_script_tag(content=source("kit.js", "vae_trainer_parts.js") + grouped)
    yield tab
    tab.close()


def test_points_of_the_plane_stand_upright(page):
    rects = page.evaluate(
        f"() => {{ {NOTED} dots(view, [0.5, 0.8, -1, 0], 'red', 2); return rects; }}"
    )
    assert rects == [[74, pytest.approx(9), 2, 2], [-1, 49, 2, 2]]


def test_crosses_have_their_middle_at_the_mode(page):
    moves, lines = page.evaluate(
        f"() => {{ {NOTED} crosses(view, [0.5, 0.8], 'red'); return [moves, lines]; }}"
    )
    middles = (np.array(moves) + lines) / 2
    np.testing.assert_allclose(middles, [[75, 10]] * 2)


def test_arrows_start_at_their_sample_and_go_the_way_of_its_push(page):
    moves, lines = page.evaluate(
        f"() => {{ {NOTED} arrows(view, [0, 0, -0.5, 0.5], [3, 4, 0, -5], 'red');"
        " return [moves, lines]; }"
    )
    starts, tips = np.array(moves)[::2], np.array(lines)[::3]
    np.testing.assert_allclose(starts, [[50, 50], [25, 25]])
    longest = 100 / 8
    np.testing.assert_allclose(tips - starts, [[0.6 * longest, -0.8 * longest], [0, longest]])


def test_the_more_real_a_place_the_darker_it_is(page):
    seen = page.evaluate(
        """() => {
          const drawn = [];
          const context = { drawImage: (small) => drawn.push(
            [...small.getContext('2d').getImageData(0, 0, 2, 2).data]
              .filter((_, i) => i % 4 === 3)) };
          const ends = [
            shade({ context, side: 10 }, [0, Math.log(3), -Math.log(3), 50], [0, 0, 0], true),
            shade({ context, side: 10 }, [-1, 0, 1, 3], [0, 0, 0], false)];
          return [drawn, ends];
        }"""
    )
    (logits, scores), ends = seen
    np.testing.assert_allclose(np.array(logits) / 115, [0.5, 0.75, 0.25, 1], atol=0.006)
    np.testing.assert_allclose(np.array(scores) / 115, [0, 0.25, 0.5, 1], atol=0.006)
    assert ends[1] == [-1, 3]


def test_the_labs_charts_follow_the_selected_run(page):
    page.evaluate(
        """() => {
          const charts = labCharts();
          document.querySelector('#box').replaceChildren(charts.element);
          const run = (a) => [10, 20, 40].map((step, i) => (
            { step, covered: a + 0.1 * i, quality: 0.9 - a - 0.1 * i, reverse_kl: 1 - a - 0.2 * i,
              d: 1.2 + a * i, g: 0.5 - a * i }));
          charts.draw([run(0.1), run(0.4)], 1, 8);
        }"""
    )
    cover, kl, losses = (Plot(plot) for plot in page.locator("#box svg.gx-plot").all())
    steps = [10, 20, 40]
    percent = 100
    np.testing.assert_allclose(
        cover.curve("gx-lab-modes"), np.c_[steps, percent * np.array([0.4, 0.5, 0.6])], atol=0.5
    )
    np.testing.assert_allclose(
        cover.curve("gx-lab-good"), np.c_[steps, percent * np.array([0.5, 0.4, 0.3])], atol=0.5
    )
    np.testing.assert_allclose(
        cover.curve("gx-lab-other"), np.c_[steps, percent * np.array([0.1, 0.2, 0.3])], atol=0.5
    )
    np.testing.assert_allclose(kl.curve("gx-lab-modes")[:, 0], steps, atol=0.3)
    np.testing.assert_allclose(kl.curve("gx-lab-modes")[:, 1], [0.6, 0.4, 0.2], atol=0.02)
    np.testing.assert_allclose(losses.curve("gx-lab-d")[:, 1], [1.2, 1.6, 2.0], atol=0.02)
    np.testing.assert_allclose(losses.curve("gx-lab-g")[:, 1], [0.5, 0.1, -0.3], atol=0.02)
    words = page.locator("#box svg[role=img]").first.get_attribute("aria-label")
    assert words == "Coverage at step 40: 60 % of the modes, 30 % good samples"


def test_the_trainers_bars_are_the_kl_of_each_dimension(vae_page):
    kl = [0.2, 3.0, 1.1]
    vae_page.evaluate(f"() => drawBars(document.querySelector('#box'), {kl})")
    bars = Plot(vae_page.locator("#box svg.gx-plot")).bars("gx-vae-bar")
    np.testing.assert_allclose(bars[:, :2].mean(1), [1, 2, 3], atol=0.02)
    np.testing.assert_allclose(bars[:, 2], 0, atol=0.04)
    np.testing.assert_allclose(bars[:, 3], kl, atol=0.04)


def test_the_trainers_curves_keep_reconstruction_and_kl_apart(vae_page):
    history = [{"step": s, "nll": 40 - s / 10, "kl": s / 20} for s in (20, 100, 200)]
    vae_page.evaluate("history => drawCurves(document.querySelector('#box'), history)", history)
    drawn = Plot(vae_page.locator("#box svg.gx-plot"))
    for name in ("nll", "kl"):
        expected = [(point["step"], point[name]) for point in history]
        np.testing.assert_allclose(drawn.curve(f"gx-vae-{name}"), expected, atol=0.6)
    label = vae_page.locator("#box svg.gx-plot").get_attribute("aria-label")
    assert label == "At step 200: reconstruction 20.0 nats, KL 10.0 nats"


def test_half_precision_is_read_as_numpy_writes_it(page):
    values = np.array([0, 1, -2.5, 65504, 6e-8, 3.1e-5, 6.1e-5, -1e-6], dtype=np.float16)
    read = page.evaluate("bits => bits.map(fromHalf)", values.view(np.uint16).tolist())
    np.testing.assert_array_equal(np.array(read), values.astype(np.float64))


def test_digits_stand_row_by_row_with_their_first_pixel_on_the_left(page):
    data = page.evaluate(
        """() => {
          const made = digits({ columns: 2, side: 2 });
          made.draw([255, 0, 0, 0,  0, 0, 0, 255,  0, 0, 255, 0], 'three');
          const { width, height } = made.element;
          const data = made.element.getContext('2d').getImageData(0, 0, width, height).data;
          return [width, ...data.filter((_, i) => i % 4 === 3)];
        }"""
    )
    seen = np.reshape(data[1:], (-1, data[0]))[4::8, 4::8]
    np.testing.assert_array_equal(np.argwhere(seen == 255), [(0, 0), (1, 4), (4, 0)])


def test_scales_ticks_and_extents(page):
    found = page.evaluate(
        """() => {
          const map = scale([2, 4], [100, 300]);
          return [map(3), map.invert(250), ticks(0, 1, 5), ticks(-7, 12, 4), extent([1, 3], 0.5)];
        }"""
    )
    assert found[:2] == [200, 3.5]
    np.testing.assert_allclose(found[2], [0, 0.2, 0.4, 0.6, 0.8, 1])
    np.testing.assert_allclose(found[3], [-5, 0, 5, 10])
    assert found[4] == [0, 4]
