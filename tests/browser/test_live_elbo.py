"""The posterior lab in a browser, against closed forms."""

import itertools

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from gentutor.theory import gaussians
from gentutor.theory.ppca import LinearGaussian
from gentutor.widgets import PosteriorLab

RECONSTRUCTION, KL, EVIDENCE = "Reconstruction: E log p(x|z)", "KL(q‖prior)", "Exact log p(x)"
GAP, KL_EXACT = "Gap: log p(x) − ELBO", "KL(q‖p(z|x))"


@pytest.fixture
def lab():
    """Return a function that makes a PosteriorLab."""
    return lambda **given: PosteriorLab(
        picture=Figure(), caption="A posterior.", alt="Bells.", **given
    )


def sliders(tab):
    """Return the sliders of μ, s and σ²."""
    return [tab.get_by_role("slider", name=name) for name in ("mean", "standard", "variance")]


def shown(tab) -> list[float]:
    """Return μ, s and σ² as the page says them; sliders set no more digits than it shows."""
    texts = tab.locator("output").all_inner_texts()
    return [float(text.split(" = ")[1].replace("−", "-")) for text in texts]


def nats(texts: dict[str, str]) -> dict[str, float]:
    """Return the readout as numbers."""
    assert all(text.endswith(" nats") for text in texts.values())
    return {name: float(text.removesuffix(" nats")) for name, text in texts.items()}


def oracle(x: float, weight: float, mu: float, s: float, variance: float) -> dict[str, float]:
    """Return every term by the package's closed forms; the first by quadrature."""
    point = torch.tensor([[x]], dtype=torch.float64)
    model = LinearGaussian(torch.full((1, 1), weight).double(), torch.zeros(1).double(), variance)
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    mean_x = weight * (mu + s * torch.tensor(nodes))[:, None]
    log_likelihood = gaussians.log_density(point, mean_x, variance * torch.eye(1).double())
    reconstruction = float(log_likelihood @ torch.tensor(weights)) / np.sqrt(2 * np.pi)
    q = torch.tensor([mu]).double(), torch.tensor([[s**2]]).double()
    kl = float(gaussians.kl_diagonal(q[0], q[1][0]))
    evidence = float(model.log_prob(point))
    posterior_mean, posterior_covariance = model.posterior(point)
    return {
        RECONSTRUCTION: reconstruction,
        KL: kl,
        "ELBO": reconstruction - kl,
        EVIDENCE: evidence,
        GAP: evidence - (reconstruction - kl),
        KL_EXACT: float(gaussians.kl(*q, posterior_mean[0], posterior_covariance)),
    }


def path(tab, look: str, index: int = 0) -> np.ndarray:
    """Return the pixels (n, 2) of one drawn curve."""
    points = tab.locator(f".gx-panel polyline.{look}").nth(index).get_attribute("points")
    return np.array([pair.split(",") for pair in points.split()], dtype=float)


@pytest.mark.parametrize(("x", "weight"), [(1.0, 1.0), (-2.5, 1.7), (0.3, 0.0)])
def test_every_term_is_the_closed_form_wherever_the_sliders_stand(show, numbers, lab, x, weight):
    tab = show(lab(x=x, weight=weight))
    mu, s, variance = sliders(tab)
    moves = [("Home",), ("Home", *["PageUp"] * 4, "ArrowRight"), ("End",)]
    seen = set()
    for keys in itertools.product(moves, repeat=3):
        for slider, presses in zip((mu, s, variance), keys, strict=True):
            for key in presses:
                slider.press(key)
        at = shown(tab)
        seen.add(tuple(at))
        said = numbers(tab)
        for name, value in oracle(x, weight, *at).items():
            assert nats(said)[name] == pytest.approx(value, abs=5.01e-4), (name, at)
        assert said[GAP] == said[KL_EXACT]
        assert nats(said)["ELBO"] <= nats(said)[EVIDENCE]
        over_s, bound = path(tab, "gx-along", 1), path(tab, "gx-against", 1)
        assert over_s[:, 1].min() >= bound[0, 1] - 0.01  # the curve of the ELBO, in pixels
    assert len(seen) == 27
    assert (min(at[1] for at in seen), max(at[1] for at in seen)) == (0.001, 3)


def test_the_button_makes_q_the_exact_posterior_and_the_bound_tight(show, numbers, lab):
    tab = show(lab(x=2.0, weight=0.8, decoder_variance=0.5))
    before = nats(numbers(tab))
    assert before[GAP] > 0.5
    tab.get_by_role("button", name="Set q to the exact posterior").press("Enter")
    mu, s, _ = shown(tab)
    assert mu == pytest.approx(0.8 * 2 / (0.64 + 0.5), abs=0.005)
    assert s == pytest.approx((0.5 / (0.64 + 0.5)) ** 0.5, rel=0.005)
    after = nats(numbers(tab))
    assert after[GAP] == after[KL_EXACT] == 0
    assert after["ELBO"] == after[EVIDENCE] == before[EVIDENCE]
    np.testing.assert_array_equal(path(tab, "gx-bell-q"), path(tab, "gx-bell-exact"))


def test_the_bars_are_as_long_as_the_terms(show, numbers, lab):
    tab = show(lab())
    said = nats(numbers(tab))
    terms = np.abs([said[RECONSTRUCTION], said[KL], said[GAP]])
    boxes = tab.locator("rect").evaluate_all(
        "found => found.map(bar => [bar.x.baseVal.value, bar.width.baseVal.value])"
    )
    (x1, width1), (x2, width2), (x3, width3) = boxes
    np.testing.assert_allclose(np.array([width1, width2, width3]) / width1, terms / terms[0], 2e-3)
    assert x2 + width2 == pytest.approx(x1, abs=0.1)  # the KL leads on from the reconstruction
    assert x3 == pytest.approx(x2, abs=0.1)  # and the gap back up from the ELBO


def test_the_kl_grows_by_log_10_for_every_decade_that_s_loses(show, numbers, lab):
    tab = show(lab(mu=1.0))
    slider = sliders(tab)[1]
    slider.press("Home")
    kl = {}
    for _ in range(81):
        kl[shown(tab)[1]] = nats(numbers(tab))[KL]
        slider.press("ArrowRight")
    s = np.array(list(kl))
    np.testing.assert_allclose(np.array(list(kl.values())), -np.log(s) + s**2 / 2, atol=6e-4)
    assert s[-1] / s[0] > 80
    pixels = path(tab, "gx-along")
    drawn = pixels[(pixels[:, 0] < pixels[:, 0].min() + 100)]  # a straight line down on a log axis
    assert np.polyfit(*drawn.T, 1)[0] > 0.2
    np.testing.assert_allclose(np.diff(drawn[:, 1], 2), 0, atol=0.03)


def test_q_is_a_density_even_where_it_leaves_the_plot(show, lab):
    tab = show(lab(sigma=0.5))
    pixels = path(tab, "gx-bell-q")
    z = (pixels[:, 0] - 46) / 286 * 8 - 4
    assert z[pixels[:, 1].argmin()] == pytest.approx(0.3, abs=0.03)
    flat = pixels[:, 1].max()
    half = z[pixels[:, 1] < (flat + pixels[:, 1].min()) / 2]
    assert half.max() - half.min() == pytest.approx(
        2.355 * 0.5, abs=0.1
    )  # full width at half height
    assert tab.get_by_text("q peaks at").count() == 0
    sliders(tab)[1].press("Home")
    assert tab.get_by_text("q peaks at 399").count() == 1


def test_the_lab_fits_a_phone_and_names_every_control(show, lab):
    tab = show(lab(), viewport={"width": 390, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    for figure in tab.locator("figure.explorable").all():
        assert figure.locator(".gx-readout[role=status]").count() == 1
        for slider in figure.get_by_role("slider").all():
            assert slider.evaluate("input => input.labels[0].textContent").strip()
            assert slider.get_attribute("aria-valuetext")
        for picture in figure.locator("svg[role=img]").all():
            assert len(picture.get_attribute("aria-label")) > 20
    assert tab.get_by_role("img").count() >= 4
