"""Codebook collapse and its cure, usage against error, and what codes say about labels."""

import pytest
import torch

from gentutor.data import digits
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.models.autoencoder import Autoencoder
from gentutor.models.vae import VAE
from gentutor.models.vq_vae import VQVAE
from gentutor.objectives.reconstruction import reconstruction
from gentutor.objectives.vector_quantised import vector_quantised
from gentutor.training.fit import fit

SEEDS = range(200, 208)
DATA = digits()
X, X_TEST = DATA.x_train, DATA.x_test


def trained(reset_below: float = 0.0, steps: int = 500, **options) -> list[VQVAE]:
    """Return eight trained nets of 4 codes of 128, unless options say otherwise."""
    shape = {"places": 4, "dim": 8, "codes": 128} | options
    nets = [VQVAE(64, **shape, seed=s) for s in SEEDS]
    rule = {"reset_below": reset_below, "steps": steps, "seed": SEEDS, "lr": 2e-3}
    fit(nets, X, objective=vector_quantised, **rule)
    return [net.eval() for net in nets]


@torch.no_grad()
def used_and_error(nets: list[VQVAE]) -> tuple[float, float]:
    """Return means over the nets: entries in use on the training set, held-out error."""
    used = [len(net.encode(X).unique()) for net in nets]
    errors = [(net(X_TEST).decoded - X_TEST).square().sum(1).mean().item() for net in nets]
    return sum(used) / len(used), sum(errors) / len(errors)


@pytest.fixture(scope="module")
def ways() -> dict[str, tuple[float, float]]:
    """Return entries in use and error of four ways to train, means over 8 seeds."""
    return {
        "gradient": used_and_error(trained()),
        "small start": used_and_error(trained(scale=1 / 128)),
        "means": used_and_error(trained(ema=True)),
        "resets": used_and_error(trained(0.1, ema=True)),
    }


@pytest.mark.claim("vq-discrete")
def test_most_entries_are_dead_without_resets_and_none_with_them(ways):
    """Of 128: about 30 by gradient, 25 by running means, all with resets, at a lower error."""
    assert ways["gradient"][0] < 60
    assert ways["means"][0] < 60
    assert ways["resets"][0] > 120
    assert ways["resets"][1] < 0.95 * min(ways["gradient"][1], ways["means"][1])


@pytest.mark.claim("vq-discrete")
def test_usage_is_not_error(ways):
    """A small start uses more entries than running means do, and has the larger error."""
    assert ways["small start"][0] > ways["means"][0] + 5
    assert ways["small start"][1] > ways["means"][1]


@pytest.mark.claim("vq-discrete")
def test_one_code_an_image_says_much_about_its_digit_though_no_label_was_used():
    """Purity on held-out digits over 8 seeds: at least 60 % each, where guessing gives 10 %."""
    for net in trained(0.2, steps=600, places=1, codes=32, ema=True):
        known, new = net.encode(X)[:, 0], net.encode(X_TEST)[:, 0]
        counts = torch.bincount(10 * known + DATA.y_train, minlength=320).view(32, 10)
        purity = (counts.argmax(1)[new] == DATA.y_test).float().mean().item()
        assert purity > 0.6
        shuffled = new[torch.randperm(len(new), generator=torch.Generator().manual_seed(0))]
        assert (counts.argmax(1)[shuffled] == DATA.y_test).float().mean() < 0.2


def test_reconstructions_of_three_models_and_what_a_classifier_reads_in_them():
    """Eight seeds each: AE about 1.1, VAE 1.2, VQ-VAE 1.5, in this order; at least 80 % read."""
    plain = [Autoencoder(64, latent_dim=8, seed=s) for s in SEEDS]
    fit(plain, X, objective=reconstruction, steps=500, lr=4e-3, seed=SEEDS)
    bayes = [VAE(64, latent_dim=8, variance=0.04, seed=s) for s in SEEDS]
    fit(bayes, X, steps=500, lr=4e-3, seed=SEEDS)
    judge = digits_extractor()
    bounds = {"AE": (0.9, 1.25), "VAE": (1.0, 1.4), "VQ-VAE": (1.0, 1.8)}
    with torch.no_grad():
        made = {
            "AE": [net(X_TEST) for net in plain],
            "VAE": [net.decode(net.encode(X_TEST)[0]) for net in bayes],
            "VQ-VAE": [net(X_TEST).decoded for net in trained(0.1, ema=True)],
        }
        means = {}
        for name, images in made.items():
            errors = torch.stack([(x - X_TEST).square().sum(1).mean() for x in images])
            low, high = bounds[name]
            assert low < errors.mean() < high, name
            assert errors.std() < 0.3, name
            means[name] = float(errors.mean())
            for x in images:
                seen = judge(x.clamp(0, 1).view(-1, 1, 8, 8), value_range=(0.0, 1.0))
                assert (seen.logits.argmax(1) == DATA.y_test).float().mean() > 0.8, name
        assert means["AE"] < means["VAE"] < means["VQ-VAE"]
