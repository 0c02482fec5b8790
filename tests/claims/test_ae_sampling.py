"""Why a decoder alone does not sample, and what a density over the codes changes."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor

from gentutor.data import digits
from gentutor.metrics.fid import fid
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.models.autoencoder import Autoencoder
from gentutor.objectives.reconstruction import reconstruction, squared_error
from gentutor.training import fit

SEEDS = range(8)
X, X_TEST = digits().x_train, digits().x_test
Z = torch.randn(2000, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def nets() -> list[Autoencoder]:
    """Return eight trained autoencoders."""
    made = [Autoencoder(64, latent_dim=8, seed=s) for s in SEEDS]
    fit(made, X, objective=reconstruction, steps=800, lr=2e-3, seed=SEEDS)
    return made


@pytest.fixture(scope="module")
def judge() -> Callable[[Tensor], tuple[float, float]]:
    """Return a function that gives images' FD-digits to the training set, and the confidence."""
    extractor = digits_extractor()

    @torch.no_grad()
    def seen(images: Tensor):
        return extractor(images.clamp(0, 1).view(-1, 1, 8, 8), value_range=(0, 1))

    real = seen(X).features

    def judged(images: Tensor) -> tuple[float, float]:
        found = seen(images)
        sure = found.logits.softmax(-1).amax(-1).mean().item()
        return float(fid(real, found.features)), sure

    return judged


def nearest(points: Tensor, codes: Tensor) -> float:
    """Return the median distance of a point to the nearest code."""
    return torch.cdist(points, codes).amin(1).median().item()


@torch.no_grad()
def draws(model: Autoencoder) -> dict[str, Tensor]:
    """Return 2,000 codes by three densities."""
    codes = model.encode(X)
    mixture = GaussianMixture(10, init_params="k-means++", random_state=0).fit(codes.double())
    return {
        "normal": Z,
        "gaussian": codes.mean(0) + Z @ torch.linalg.cholesky(codes.T.cov()).T,
        "mixture": torch.tensor(mixture.sample(2000)[0]).float(),
    }


@pytest.mark.claim("ae-not-generative")
def test_a_density_on_the_codes_makes_it_generate(nets, judge):
    """FD-digits over 8 seeds: N(0, I) about 50, one Gaussian 26, ten 12; decoded digits 9."""
    scores: dict[str, list[float]] = {}
    for model in nets:
        for name, z in draws(model).items():
            scores.setdefault(name, []).append(judge(model.decode(z).detach())[0])
        scores.setdefault("decoded digits", []).append(judge(model(X_TEST).detach())[0])
    mean = {name: np.mean(each) for name, each in scores.items()}
    assert mean["gaussian"] < 0.8 * mean["normal"]
    assert max(scores["mixture"]) < 0.5 * min(scores["normal"])
    assert mean["mixture"] < 1.5 * mean["decoded digits"]  # near what the decoder can reach


@pytest.mark.claim("ae-not-generative")
def test_the_loss_does_not_fix_where_the_codes_lie(nets, judge):
    """Halved or doubled codes, undone by the decoder: the same loss, other 'samples' of N(0, I)."""
    for model in nets[:3]:
        error = squared_error(X_TEST, model(X_TEST)).mean()
        found = []
        for factor in (0.5, 2.0):
            scaled = Autoencoder(64, latent_dim=8)
            scaled.load_state_dict(model.state_dict())
            with torch.no_grad():
                last, first = scaled.encoder.layers[-1], scaled.decoder.layers[0]
                last.weight.mul_(factor)
                last.bias.mul_(factor)
                first.weight.div_(factor)
            again = squared_error(X_TEST, scaled(X_TEST)).mean()
            torch.testing.assert_close(again, error, rtol=1e-4, atol=0)
            found.append(judge(scaled.decode(Z).detach())[0])
        assert found[1] > 2 * found[0]


@pytest.mark.claim("ae-random-z")
def test_a_normal_draw_lies_far_from_every_code(nets):
    """In units of a held-out digit's own distance: 4 to 6 on every seed, the mixture below 1.5."""
    for model in nets:
        with torch.no_grad():
            codes, unit = model.encode(X), nearest(model.encode(X_TEST), model.encode(X))
        times = {name: nearest(z, codes) / unit for name, z in draws(model).items()}
        assert times["normal"] > 3.5
        assert times["mixture"] < 1.5
        assert times["mixture"] < times["gaussian"] < 0.6 * times["normal"]


@pytest.mark.claim("ae-random-z")
def test_confidence_does_not_tell_a_random_draw_from_the_control(nets, judge):
    """The Fréchet distance doubles, the classifier's mean confidence differs by 0.03."""
    normal, control = [], []
    for model in nets:
        z = draws(model)
        normal.append(judge(model.decode(z["normal"]).detach()))
        control.append(judge(model.decode(z["gaussian"]).detach()))
    gap = np.mean(control, 0) - np.mean(normal, 0)
    assert gap[0] < -8
    assert abs(gap[1]) < 0.07
