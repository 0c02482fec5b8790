"""What the explorables draw, read back from the page in the units of their axes."""

import itertools

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from plotted import Plot, number
from scipy.ndimage import correlate1d
from scipy.special import rel_entr
from scipy.stats import norm

from gentutor.theory.games import trajectory, update_matrix
from gentutor.widgets import (
    CodebookLab,
    DistanceLab,
    DistortionLab,
    DrawnDigit,
    FIDLab,
    GameDynamics,
    LatentMap,
    LayerLens,
    ModeDropping,
    PosteriorLab,
    PushForward,
    RangeAndDtype,
    ScoreTable,
)

WORDS = {"picture": Figure(), "caption": "A caption.", "alt": "A picture."}
RNG = np.random.default_rng(0)


def said(numbers, tab) -> dict[str, float]:
    """Return the readout's first numbers."""
    return {name: number(text.split()[0].rstrip("%")) for name, text in numbers(tab).items()}


def test_the_posterior_labs_bells_and_curves_are_the_closed_forms(show, numbers):
    mu, s, x, weight, variance = -0.8, 0.6, 1.5, 0.9, 0.5
    tab = show(PosteriorLab(mu=mu, sigma=s, x=x, weight=weight, decoder_variance=variance, **WORDS))
    bells, fall, kl, elbo = tab.locator(".gx-panels svg.gx-plot").all()
    total = weight**2 + variance
    exact = (weight * x / total, (variance / total) ** 0.5)
    for look, (mean, sd) in {"prior": (0, 1), "q": (mu, s), "exact": exact}.items():
        z, density = Plot(bells).curve(f"gx-bell-{look}").T
        np.testing.assert_allclose(density, norm.pdf(z, mean, sd), atol=0.012)
    log_s = {"x": np.log10}
    drawn = Plot(kl, **log_s)
    at, height = drawn.curve("gx-along").T
    divergence = (10 ** (2 * at) + mu**2) / 2 - 0.5 - at * np.log(10)
    np.testing.assert_allclose(height, divergence, atol=0.05)
    at, height = drawn.curve("gx-against").T
    np.testing.assert_allclose(height, (mu**2 - 1) / 2 - at * np.log(10), atol=0.05)
    kl_here = (s**2 + mu**2) / 2 - 0.5 - np.log(s)
    assert drawn.dots("gx-now")[0, :2] == pytest.approx((np.log10(s), kl_here), abs=0.05)
    evidence = norm.logpdf(x, 0, total**0.5)
    drawn = Plot(elbo, **log_s)
    at, height = drawn.curve("gx-along").T
    log_likelihood = norm.logpdf(x, weight * mu, variance**0.5)
    bound = log_likelihood - weight**2 * 10 ** (2 * at) / (2 * variance) - (
        (10 ** (2 * at) + mu**2) / 2 - 0.5 - at * np.log(10)
    )  # fmt: skip
    inside = bound > evidence - 3
    np.testing.assert_allclose(height[inside], bound[inside], atol=0.05)
    np.testing.assert_allclose(drawn.curve("gx-against")[:, 1], evidence, atol=0.05)
    terms = said(numbers, tab)
    recon = terms["Reconstruction: E log p(x|z)"]
    bars = Plot(fall).bars()
    np.testing.assert_allclose(bars[0, :2], (recon, 0), atol=0.04)
    np.testing.assert_allclose(bars[1, :2], (terms["ELBO"], recon), atol=0.04)
    np.testing.assert_allclose(bars[2, :2], (terms["ELBO"], evidence), atol=0.04)
    notes = list(Plot(fall).words())
    assert f"− KL(q‖prior) {-kl_here:.2f}".replace("-", "−") in notes
    marks = Plot(fall).strokes("gx-mark")[:, 0]
    np.testing.assert_allclose(sorted(marks), sorted((terms["ELBO"], evidence)), atol=0.04)


def test_codes_lie_in_the_map_at_their_place_and_the_prior_about_the_origin(show, map_arguments):
    tab = show(LatentMap(**map_arguments))
    locator = tab.locator("svg.gx-map")
    drawn = Plot(locator)
    rings = drawn.dots("gx-prior")
    np.testing.assert_allclose(rings[:, :2], 0, atol=0.02)
    one = abs(drawn.x.coeffs[0])  # units a pixel
    np.testing.assert_allclose(rings[:, 2] * one, [1, 2, 3], atol=0.02)
    found: dict[str, list] = {}
    for text, x, y in drawn.read["words"]:
        found.setdefault(text, []).append((drawn.x(x), drawn.y(y - 3)))
    codes, labels = map_arguments["codes"], map_arguments["labels"]
    for kind, places in found.items():
        np.testing.assert_allclose(places, codes[labels == int(kind)], atol=0.03)
    move = tab.get_by_role("slider", name="Point z").get_attribute("transform")
    x, y = map(float, move.removeprefix("translate(").rstrip(")").split())
    assert (drawn.x(x), drawn.y(y)) == pytest.approx((0.5, -0.25), abs=0.02)


def test_the_fid_labs_law_dots_and_spectrum(show, numbers):
    shift, spread, d = 2.0, 0.8, 8
    tab = show(FIDLab(n=400, d=d, shift=shift, spread=spread, **WORDS))
    over, spectrum = (Plot(p) for p in tab.locator(".gx-panels svg.gx-plot").all())
    truth = shift + d * (1 - spread) ** 2
    slope = spread * d * (d + 1) / 2 + (1 + spread**2) * d
    x, y = over.curve("gx-fid-law").T
    np.testing.assert_allclose(y, truth + slope * x, atol=0.02)
    np.testing.assert_allclose(over.curve("gx-fid-truth")[:, 1], truth, atol=0.02)
    dots = over.dots("gx-fid-dot")[:, :2]
    assert len(dots) == 5
    assert dots[:, 0] == pytest.approx(np.linspace(1 / 400, 1 / 80, 5), rel=0.05)
    here = over.dots("gx-fid-here")[0, :2]
    words = numbers(tab)
    mean, sd = map(float, words["Measured at N"].split(" ± "))
    assert here == pytest.approx((1 / 400, mean), abs=0.02)
    bar = over.strokes("gx-fid-bar")[0]
    assert (bar[1], bar[3]) == pytest.approx((mean - sd, mean + sd), abs=0.02)
    left, right, low, top = over.bars("gx-fid-infinity")[0]
    found = float(words["Extrapolated"])
    assert ((left + right) / 2, (low + top) / 2) == pytest.approx((0, found), abs=0.02)
    line = np.polyfit(dots[:, 0], dots[:, 1], 1)
    assert line[1] == pytest.approx(found, abs=0.05)
    eigen = spectrum.bars("gx-fid-eigen")
    np.testing.assert_allclose(eigen[:, :2].mean(1), np.arange(1, d + 1), atol=0.02)
    assert (np.diff(eigen[:, 3]) <= 0.01).all()
    assert eigen[:, 3].mean() == pytest.approx(1, abs=0.15)  # the trace over d
    np.testing.assert_allclose(spectrum.curve("gx-fid-truth")[:, 1], 1, atol=0.02)
    alt = tab.get_by_role("img", name="Eigenvalues").get_attribute("aria-label")
    assert float(alt.split(" from ")[1].split()[0]) == pytest.approx(eigen[0, 3], abs=0.02)


def test_the_score_tables_bars_are_its_probabilities(show):
    weights = [[8.0, 1, 1], [0, 5, 5], [2, 0, 0], [1, 1, 2]]
    tab = show(ScoreTable(weights=weights, **WORDS))
    p = np.array([np.array(row) / sum(row) for row in weights])
    fills = tab.locator(".gx-score-fill").evaluate_all("all => all.map(a => a.style.height)")
    heights = np.reshape([float(h.removesuffix("rem")) for h in fills], (4, 3))
    np.testing.assert_allclose(heights / 6.5, p, atol=1e-3)
    drawn = Plot(tab.get_by_role("img", name="p(y)"))
    bars = drawn.bars("gx-score-marginal")
    np.testing.assert_allclose(bars[:, 3], p.mean(0), atol=0.01)
    np.testing.assert_allclose(bars[:, 2], 0, atol=0.01)
    np.testing.assert_allclose([number(t) for t in drawn.words()], p.mean(0), atol=6e-4)
    entropy = -(p * np.log(np.where(p > 0, p, 1))).sum(1)
    feet = tab.locator(".gx-score-foot").all_inner_texts()
    said_there = [number(foot.removeprefix("H = ")) for foot in feet]
    np.testing.assert_allclose(said_there, entropy, atol=6e-4)


def test_the_distance_labs_four_plots(show, numbers):
    shift, sd, share = 1.0, 0.5, 0.7
    tab = show(DistanceLab(shift=shift, sd=sd, share=share, **WORDS))
    two, plan, critic, curves = (Plot(p) for p in tab.locator(".gx-panels svg.gx-plot").all())

    def p(x):
        return 0.5 * norm.pdf(x, -1, sd) + 0.5 * norm.pdf(x, 1, sd)

    def q(x):
        return share * norm.pdf(x, -1 + shift, sd) + (1 - share) * norm.pdf(x, 1 + shift, sd)

    for look, density in {"real": p, "fake": q}.items():
        x, y = two.curve(f"gx-dl-{look}").T
        np.testing.assert_allclose(y, density(x), atol=0.01)
    for look, w, moved in (("real", 0.5, 0.0), ("fake", share, shift)):
        x, y = plan.curve(f"gx-dl-{look}").T
        F = w * norm.cdf(x, -1 + moved, sd) + (1 - w) * norm.cdf(x, 1 + moved, sd)
        np.testing.assert_allclose(y, F, atol=0.02)
    found = said(numbers, tab)
    x = np.linspace(-6, 7, 4001)
    js = 0.5 * sum(rel_entr(f(x), (p(x) + q(x)) / 2).sum() for f in (p, q)) * (x[1] - x[0])
    assert found["JS"] == pytest.approx(js, abs=0.002)
    outline = plan.curve("gx-dl-area")
    turned = np.roll(outline, -1, axis=0)
    area = 0.5 * abs((outline[:, 0] * turned[:, 1] - turned[:, 0] * outline[:, 1]).sum())
    crosses = np.abs(area - found["W₁"])  # signed areas cancel only where F and G cross
    assert crosses < 0.35
    moves = [plan.curve("gx-dl-move", i) for i in range(15)]
    for level, (start, end) in zip((np.arange(15) + 0.5) / 15, moves, strict=True):
        assert start[1] == pytest.approx(level, abs=0.01)
        left, right = norm.cdf(start[0] - shift, [-1, 1], sd)
        assert share * left + (1 - share) * right == pytest.approx(level, abs=0.03)
        assert norm.cdf(end[0], [-1, 1], sd).mean() == pytest.approx(level, abs=0.03)
    ends = plan.dots("gx-dl-end")[:, :2]
    np.testing.assert_allclose(ends, [move[1] for move in moves], atol=0.02)
    x, score = critic.curve("gx-dl-critic").T
    step = x[1] - x[0]
    slope = np.gradient(score, x)
    assert np.abs(slope).max() == pytest.approx(1, abs=0.2)
    dual = ((p(x) - q(x)) * score).sum() * step
    assert dual == pytest.approx(found["W₁"], abs=0.02)
    assert score[np.abs(x).argmin()] == pytest.approx(0, abs=0.05)
    for name, key in {"kl": "KL(p‖q)", "js": "JS", "w1": "W₁"}.items():
        at, value = curves.curve(f"gx-dl-{name}").T
        here = value[np.abs(at - shift).argmin()]
        assert here == pytest.approx(found[key], abs=0.03)
        gap = (value[np.abs(at - 1.2).argmin()] - value[np.abs(at - 0.8).argmin()]) / 0.4
        assert gap == pytest.approx(found[f"slope of {key.removesuffix('(p‖q)')}"], abs=0.25)
        if found[key] <= 4.2:
            now = next(d for d in curves.dots(f"gx-dl-{name}") if d[2] == 4.5)
            assert tuple(now[:2]) == pytest.approx((shift, found[key]), abs=0.03)


def test_the_push_forwards_four_plots(show, numbers):
    handles, z = [-2.0, -1.0, 0.0, 1.0, 2.0], 0.5
    tab = show(PushForward(handles=handles, z=z, **WORDS))
    noise, bent, stretch, density = (Plot(p) for p in tab.locator(".gx-panels svg.gx-plot").all())
    at, height = noise.curve("gx-pf-noise")[1:-1].T
    np.testing.assert_allclose(height, norm.pdf(at), atol=0.006)
    assert noise.dots("gx-pf-here")[0, :2] == pytest.approx((z, norm.pdf(z)), abs=0.01)
    at, x = bent.curve("gx-pf-map").T
    np.testing.assert_allclose(x, at, atol=0.03)  # straight through the handles
    knobs = bent.dots("gx-pf-handle")[:, :2]
    np.testing.assert_allclose(knobs, np.c_[[-2, -1, 0, 1, 2], handles], atol=0.03)
    np.testing.assert_allclose(stretch.curve("gx-pf-map")[:, 1], 1, atol=0.02)
    x, q = density.curve("gx-pf-density").T
    np.testing.assert_allclose(q, norm.pdf(x), atol=0.01)
    bars = density.bars("gx-pf-bar")
    widths = np.diff(bars[:, 0]).mean()
    assert (bars[:, 3].sum() * widths) == pytest.approx(1, abs=0.03)
    middle = bars[:, 0] + widths / 2
    np.testing.assert_allclose(bars[:, 3], norm.pdf(middle), atol=0.06)
    tab.get_by_role("button", name="Two heaps").press("Enter")
    plots = tab.locator(".gx-panels svg.gx-plot").all()
    knobs = Plot(plots[1]).dots("gx-pf-handle")[:, 1]
    np.testing.assert_allclose(knobs, [-1.7, -1.4, 0, 1.4, 1.7], atol=0.03)
    at, x = Plot(plots[1]).curve("gx-pf-map").T
    along, slope = Plot(plots[2]).curve("gx-pf-map").T
    np.testing.assert_allclose(
        np.interp(at, along, slope)[2:-2], np.gradient(x, at)[2:-2], atol=0.3
    )


def test_mode_dropping_draws_its_points_and_the_shares_that_it_says(show, numbers):
    centres = np.array([[3.0, 0], [0, 2], [-3, -1]])
    mode = np.arange(60) % 3
    train = centres[mode] + 0.3 * RNG.normal(size=(60, 2))
    noise = RNG.normal(size=(60, 2))
    tab = show(ModeDropping(centres=centres, train=train, train_mode=mode, noise=noise, sd=0.3,
                            kept=[0, 1], memorised=0.5, **WORDS))  # fmt: skip
    cloud, shares = (Plot(p) for p in tab.locator(".gx-panels svg.gx-plot").all())
    np.testing.assert_allclose(cloud.dots("gx-train")[:, :2], train, atol=0.03)
    copies, made = cloud.dots("gx-copy")[:, :2], cloud.dots("gx-made")[:, :2]
    assert (len(copies), len(made)) == (30, 30)
    away = np.linalg.norm(copies[:, None] - train, axis=-1).min(1)
    assert away.max() < 0.05  # a copy lies on a training point
    near = np.linalg.norm(np.concatenate([copies, made])[:, None] - centres, axis=-1).argmin(1)
    assert set(near) == {0, 1}  # the third mode is dropped
    found = said(numbers, tab)
    names = ["Precision", "Recall", "Coverage", "Copies"]
    bars = shares.bars("gx-score")
    np.testing.assert_allclose(bars[:, 1] - bars[:, 0], [found[n] for n in names], atol=0.01)
    written = list(shares.words())
    rows = ["precision", "recall", "coverage", "copied"]
    assert written == [f"{r} {found[n]:.2f}" for r, n in zip(rows, names, strict=True)]
    marks = shares.strokes("gx-perfect")[:, 0]
    tab.get_by_role("button", name="Perfect generator").press("Enter")
    perfect = said(numbers, tab)
    np.testing.assert_allclose(marks, [perfect[n] for n in names], atol=0.01)


def test_the_layer_lens_lays_its_shares_end_to_end(show):
    maps = [RNG.random((1, 2, 4, 3)), RNG.random((1, 2, 2, 2)), RNG.random((1, 2, 1, 1))]
    tab = show(LayerLens(
        kinds=["blur"], strengths=[["weak", "strong"]], reference=RNG.random((3, 8, 6)),
        images=RNG.random((1, 2, 3, 8, 6)), maps=maps, psnr=[[30, 20]], ssim=[[0.9, 0.5]],
        strength=1, **WORDS,
    ))  # fmt: skip
    drawn = Plot(tab.get_by_role("img", name="Distance "))
    shares = [one[0, 1].mean() for one in maps]
    for layer, (share, start) in enumerate(zip(shares, np.cumsum([0, *shares]), strict=False)):
        left, right, *_ = drawn.bars(f"gx-layer{layer + 1}")[0]
        assert (left, right) == pytest.approx((start, start + share), abs=0.01)


CANVAS = """canvas => {
  const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [width, ...data];
}"""


def rgba(canvas) -> np.ndarray:
    """Return a canvas's pixels, (H, W, 4)."""
    width, *data = canvas.evaluate(CANVAS)
    return np.reshape(data, (-1, width, 4))


def test_the_codebook_draws_points_where_they_are(show):
    points = np.array([[1.0, 0.2], [-0.4, 0.9], [0.3, -0.7]])
    tab = show(CodebookLab(points=points, codes=2, **WORDS))
    seen = rgba(tab.locator("canvas").first)
    reach = 1.35
    for x, y in points:
        column, row = (round(180 * (v / reach + 1)) for v in (x, -y))
        assert seen[row, column, 3] > 120  # a point, over the faint cell
        mirrored = seen[360 - row, column, 3]
        assert mirrored < 90
    entries = np.argwhere(seen[..., 3] == 255)
    assert 100 < len(entries) < 400  # two discs of radius 6
    np.testing.assert_allclose(entries.mean(0), 180, atol=40)  # they start near the middle
    assert f"{len(points)} points" in tab.locator("canvas").first.get_attribute("aria-label")


def test_range_and_dtype_shows_the_photograph_and_its_change(show):
    image = np.linspace(0, 1, 64 * 64).reshape(64, 64)
    tab = show(RangeAndDtype(image=image, **WORDS))
    first, second = (rgba(canvas)[..., 0] / 255 for canvas in tab.locator("canvas").all()[:2])
    np.testing.assert_allclose(first, image, atol=0.003)
    assert 0.001 < np.abs(second - first).mean() < 0.3
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.5


def test_the_distortion_lab_shows_the_changed_image_and_the_map_of_ssim(show):
    image = np.round(RNG.random((176, 180))[:, :176] * 200) / 255
    tab = show(DistortionLab(images={"noise": image}, distortion="brighter", strength=0.5, **WORDS))
    names = ("photograph: noise", "the same with brighter", "SSIM of")
    before, after, scores = (rgba(tab.get_by_role("img", name=n))[..., 0] / 255 for n in names)
    np.testing.assert_allclose(before, image, atol=0.003)
    np.testing.assert_allclose(after, np.clip(image + 0.2, 0, 1), atol=0.003)

    def mean(values):
        window = np.exp(-(np.arange(-5, 6) ** 2) / 2 / 1.5**2)
        window /= window.sum()
        return correlate1d(correlate1d(values, window, 0), window, 1)[5:-5, 5:-5]

    x, y = image, image + 0.2
    mx, my = mean(x), mean(y)
    covariance = mean(x * y) - mx * my
    variances = mean(x * x) - mx**2 + mean(y * y) - my**2
    c1, c2 = 0.01**2, 0.03**2
    expected = (2 * mx * my + c1) * (2 * covariance + c2)
    expected /= (mx**2 + my**2 + c1) * (variances + c2)
    np.testing.assert_allclose(scores, expected.clip(0, 1), atol=0.004)


def test_a_drawn_digits_codes_lie_in_their_models_map(show):
    def net(*sizes):
        pairs = itertools.pairwise(sizes)
        return [(RNG.normal(size=(a, b)) / a**0.5, RNG.normal(size=b)) for a, b in pairs]

    codes = {name: RNG.normal(size=(40, 2)) for name in ("Autoencoder", "VAE")}
    labels = np.arange(40) % 10
    tab = show(DrawnDigit(
        models={name: {"encoder": net(64, 6, 2), "decoder": net(2, 6, 64)} for name in codes},
        codes=codes, images=RNG.random((40, 64)), labels=labels,
        examples=RNG.random((2, 64)), **WORDS,
    ))  # fmt: skip
    for plot, places in zip(tab.locator("svg.gx-plot").all(), codes.values(), strict=True):
        drawn = Plot(plot)
        found = [(drawn.x(x), drawn.y(y - 3)) for _, x, y in drawn.read["words"]]
        np.testing.assert_allclose(found, places, atol=0.05)
        assert [int(text) for text, *_ in drawn.read["words"]] == labels.tolist()


def test_the_games_way_and_the_eigenvalues_of_its_step(show):
    given = {"method": "alternating", "start": (0.8, -0.6), "step_size": 0.3, "steps": 40}
    tab = show(GameDynamics(**given, **WORDS))
    plane, spectrum, fall = tab.locator("svg.gx-plot").all()
    plane, spectrum, fall = Plot(plane), Plot(spectrum), Plot(fall, y=np.log10)
    places = trajectory("alternating", 0.3, torch.tensor([0.8, -0.6]), 40).numpy()
    np.testing.assert_allclose(plane.curve("gx-gd-way"), places, atol=0.02)
    np.testing.assert_allclose(plane.dots("gx-gd-start")[0, :2], (0.8, -0.6), atol=0.01)
    eigenvalues = np.linalg.eigvals(update_matrix("alternating", 0.3).numpy())
    wanted = sorted((value.real, value.imag) for value in eigenvalues)
    drawn = sorted(map(tuple, spectrum.dots("gx-gd-lambda")[:, :2]))
    np.testing.assert_allclose(drawn, wanted, atol=0.02)
    step, distance = fall.curve("gx-gd-way").T
    np.testing.assert_allclose(step, np.arange(41), atol=0.3)
    np.testing.assert_allclose(distance, np.log10(np.hypot(*places.T)), atol=0.02)
