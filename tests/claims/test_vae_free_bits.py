"""The claim vae-collapse: a remedy that brings the code back where it is not worth having."""

import pytest
import torch
from torch import Tensor

from gentutor.data import patches
from gentutor.models.vae import VAE
from gentutor.training import fit
from gentutor.training.variational import evaluate, model_elbo, negative_elbo

pytestmark = pytest.mark.claim("vae-collapse")

SEEDS = range(8)


def free_bits(model: VAE, x: Tensor, eps: Tensor, floor: Tensor) -> dict[str, Tensor]:
    """Charge each dimension only for the KL above the floor (Kingma et al., 2016)."""
    parts = model_elbo(model, x, eps)
    charged = torch.maximum(parts.kl.mean(-2), floor[:, None]).sum(-1)
    return {"loss": parts.recon_nll.mean(-1) + charged}


def outcome(x_train: Tensor, x_test: Tensor, shape: dict, **options) -> tuple[Tensor, Tensor]:
    """Train eight models and return their rates and ELBOs on test data, each (8,)."""
    models = [VAE(64, latent_dim=8, seed=seed, **shape) for seed in SEEDS]
    fit(models, x_train, steps=500, lr=2e-3, seed=SEEDS, **options)
    parts = [evaluate(model, x_test, samples=4) for model in models]
    rate = torch.stack([p.kl_total.mean() for p in parts])
    return rate, torch.stack([p.value.mean() for p in parts])


def test_free_bits_force_a_rate_and_pay_for_it():
    """The strong decoder on photographs: a code of some nats comes back, the ELBO falls."""
    p = patches()
    shape = {"decoder": "autoregressive"}
    free = outcome(p.x_train, p.x_test, shape, objective=negative_elbo, beta=1.0)
    forced = outcome(p.x_train, p.x_test, shape, objective=free_bits, floor=0.5)
    assert float(free[0].max()) < 0.05
    assert bool(((forced[0] > 2.0) & (forced[0] < 4.5)).all())
    assert bool((forced[1] < free[1] - 1.0).all())
