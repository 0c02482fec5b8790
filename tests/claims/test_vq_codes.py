"""What a VQ-VAE's codes are: nearest entries, who learns from what, their rate and their prior."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.data import digits
from gentutor.models.code_prior import CodePrior
from gentutor.models.codebook import EMAVectorQuantizer, VectorQuantizer, nearest_code, usage
from gentutor.models.vq_vae import VQVAE
from gentutor.objectives.vector_quantised import vector_quantised, vq_terms
from gentutor.training.fit import fit

SEEDS = range(100, 108)
X, X_TEST = digits().x_train, digits().x_test


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def model(seed: int = 0) -> VQVAE:
    return VQVAE(64, places=4, dim=8, codes=32, seed=seed)


@pytest.mark.claim("vq-codebook")
def test_the_kl_of_a_code_is_log_k_for_every_encoder():
    """The posterior is one-hot at the nearest entry and the prior uniform: log K nats, always."""
    for seed in range(3):
        codes = model(seed).encode(X_TEST[:50])
        q = torch.nn.functional.one_hot(codes, 32).double()
        prior = torch.full_like(q, 1 / 32)
        kl = (torch.xlogy(q, q) - torch.xlogy(q, prior)).sum((1, 2))
        torch.testing.assert_close(kl, torch.full_like(kl, 4 * math.log(32)))
    assert 4 * math.log2(32) == 20.0  # bits at most; the entries' length does not enter


@pytest.mark.claim("vq-codebook")
def test_a_fitted_prior_charges_less_than_the_uniform_one_and_knows_what_goes_together():
    """On 8 seeds, held-out nats: uniform 13.9, frequencies about 12, autoregressive about 11."""
    nets = [VQVAE(64, places=4, dim=8, codes=32, ema=True, seed=s) for s in SEEDS]
    fit(nets, X, objective=vector_quantised, steps=400, lr=2e-3, seed=SEEDS, reset_below=0.1)
    learnt, alone = [], []
    for net in nets:
        known, new = net.encode(X), net.encode(X_TEST)
        learnt.append(-CodePrior(4, 32).fit(known, steps=150).log_prob(new).mean().item())
        shares = (usage(known.mT, 32) + 1) / (len(known) + 32)  # each place's frequencies
        alone.append(-shares.log().gather(1, new.mT).sum(0).mean().item())
    assert all(a < b for a, b in zip(learnt, alone, strict=True))
    assert sum(learnt) / 8 < sum(alone) / 8 - 0.5
    assert max(alone) < 4 * math.log(32)


@pytest.mark.claim("vq-nearest")
def test_the_code_is_the_nearest_entry_and_has_no_gradient_of_its_own():
    z, entries = randn(300, 8).double(), randn(32, 8, seed=1).double()
    index = nearest_code(z, entries)
    assert torch.equal(index, (z[:, None] - entries).square().sum(-1).argmin(1))
    for step in (1e-9, 1e-7):  # piecewise constant: a small move changes no index
        assert torch.equal(nearest_code(z + step * randn(300, 8, seed=2), entries), index)
    assert not index.is_floating_point()
    bare = VectorQuantizer(32, 8)
    moved = randn(5, 8).requires_grad_()
    bare(moved).z_q.sum().backward()
    assert moved.grad is None  # without straight-through nothing reaches the encoder


@pytest.mark.claim("vq-nearest")
def test_the_gradient_at_the_vector_is_the_decoders_at_the_entry_and_is_biased():
    net = model().double()
    z_e = net.vectors(X_TEST.double()).detach().requires_grad_()
    found = net.quantizer(z_e)
    error = (X_TEST - net.decoder(found.passed.view(360, 32))).square().sum()
    (copied,) = torch.autograd.grad(error, z_e)
    z_q = found.z_q.detach().requires_grad_()
    error = (X_TEST - net.decoder(z_q.view(360, 32))).square().sum()
    (direct,) = torch.autograd.grad(error, z_q)
    assert torch.equal(copied, direct)
    assert direct.abs().max() > 0.01

    def true_error(at: Tensor) -> Tensor:
        entry = net.quantizer(at).z_q
        return (X_TEST - net.decoder(entry.view(360, 32))).square().sum()

    with torch.no_grad():  # the true slope is 0 where the copied one is not
        assert true_error(z_e - 1e-9 * copied) == true_error(z_e)


@pytest.mark.claim("vq-loss")
@pytest.mark.parametrize("ema", [False, True])
def test_each_term_reaches_its_own_part(ema):
    net = VQVAE(64, places=4, dim=8, codes=32, ema=ema)
    parts = {
        "encoder": [*net.encoder.parameters()],
        "codebook": [net.quantizer.codebook],
        "decoder": [*net.decoder.parameters()],
    }
    reached = {"error": {"encoder", "decoder"}, "codebook": {"codebook"}, "commitment": {"encoder"}}
    if ema:  # the codebook learns by running means instead
        reached["codebook"] = set()
    out = net(X[:64])
    terms = vq_terms(X[:64], out.decoded, out.z_e, out.quantised.z_q)
    assert terms[1] == terms[2] > 0  # equal in value
    for term, expected in zip(terms, reached.values(), strict=True):
        found = set()
        for name, weights in parts.items():
            learnt = [w for w in weights if w.requires_grad]
            if learnt and term.requires_grad:
                grads = torch.autograd.grad(term, learnt, retain_graph=True, allow_unused=True)
                if any(g is not None and g.abs().max() > 0 for g in grads):
                    found.add(name)
        assert found == expected


@pytest.mark.claim("vq-loss")
def test_running_means_and_the_codebook_term_have_one_fixed_point():
    """Same vectors again and again: both put each entry on the mean of those that chose it."""
    z = randn(400, 3)
    by_means, by_gradient = EMAVectorQuantizer(8, 3, decay=0.9), VectorQuantizer(8, 3)
    for book in (by_means, by_gradient):
        book.start_at(z, seed=3)
    optimiser = torch.optim.SGD(by_gradient.parameters(), 0.5)
    for _ in range(400):
        by_means.update(z, by_means(z).index)
        loss = (z - by_gradient(z).z_q).square().sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    for book in (by_means, by_gradient):
        index = book(z).index
        for k in index.unique():
            mean = z[index == k].mean(0)
            torch.testing.assert_close(book.codebook[k].detach(), mean, atol=2e-3, rtol=0)
