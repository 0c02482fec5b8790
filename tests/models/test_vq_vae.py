"""VQ-VAEs and the prior over their codes: shapes, round trips, stacking, and what is refused."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.models.code_prior import CodePrior
from gentutor.models.vq_vae import VQVAE, ConvVQVAE
from gentutor.objectives.vector_quantised import vector_quantised, vq_terms
from gentutor.training.fit import fit


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_decoding_the_codes_is_the_forward_pass():
    model, x = VQVAE(6, places=3, dim=2, codes=9, seed=1), randn(5, 6)
    torch.testing.assert_close(model.decode(model.encode(x)), model(x).decoded)
    net, image = ConvVQVAE(1, width=6, dim=3, codes=9), randn(2, 1, 8, 16)
    assert net.encode(image).shape == (2, 2, 4)
    torch.testing.assert_close(net.decode(net.encode(image)), net(image).decoded)


@pytest.mark.parametrize("images", [False, True])
def test_the_decoders_gradient_passes_the_codebook_and_reaches_the_encoder(images):
    model = ConvVQVAE(1, width=6, dim=3, codes=9) if images else VQVAE(6, places=3, dim=2, codes=9)
    out = model(randn(2, 1, 8, 8) if images else randn(5, 6))
    out.decoded.square().sum().backward()
    assert model.quantizer.codebook.grad is None
    assert all(float(w.grad.abs().max()) > 0 for w in model.encoder.parameters())


def test_a_code_of_the_grid_sees_its_patch():
    """Far pixels do not reach a code: the encoder's field is 12 pixels wide."""
    model, image = ConvVQVAE(1, width=6, dim=3, codes=512), randn(1, 1, 32, 32)
    changed = image.clone()
    changed[..., 24:, 24:] += 5.0
    before, after = (model.vectors(im).view(8, 8, 3) for im in (image, changed))
    torch.testing.assert_close(before[:5, :5], after[:5, :5])
    assert not torch.allclose(before[6:, 6:], after[6:, 6:])


def test_an_image_that_four_does_not_divide_is_refused():
    with pytest.raises(ValueError, match=r"multiples of 4, got \(10, 8\)"):
        ConvVQVAE(1)(randn(1, 1, 10, 8))


def test_codes_out_of_range_are_refused():
    model = VQVAE(6, places=3, dim=2, codes=9)
    with pytest.raises(ValueError, match="expected codes from 0 to 8, got 9"):
        model.decode(torch.tensor([[0, 9, 1]]))
    with pytest.raises(ValueError, match="expected codes from 0 to 3, got 4"):
        CodePrior(2, 4).log_prob(torch.tensor([[0, 4]]))


def test_the_terms_are_sums_over_an_example_and_means_over_the_batch():
    x, decoded = torch.ones(2, 3), torch.zeros(2, 3)
    z_e, z_q = torch.full((4, 5), 2.0), torch.zeros(4, 5)  # two vectors an example
    assert [float(t) for t in vq_terms(x, decoded, z_e, z_q)] == [3.0, 40.0, 40.0]
    images = vq_terms(x.view(2, 1, 1, 3), decoded.view(2, 1, 1, 3), z_e, z_q)
    assert [float(t) for t in images] == [3.0, 40.0, 40.0]


def test_beta_pulls_the_encoder_and_leaves_the_codebook_alone():
    x = randn(8, 6)

    def slopes(beta: float) -> tuple[Tensor, Tensor]:
        model = VQVAE(6, places=2, dim=2, codes=8)
        vector_quantised(model, x, beta=beta)["loss"].backward()
        return model.quantizer.codebook.grad, model.encoder.layers[0].weight.grad

    (book, none), (same, one), (_, two) = slopes(0.0), slopes(1.0), slopes(2.0)
    torch.testing.assert_close(same, book)
    torch.testing.assert_close(two - one, one - none)
    assert float((one - none).abs().max()) > 1e-3


def test_dead_entries_take_one_vector_an_example_in_the_order_of_the_noise():
    model, x, eps = VQVAE(6, places=3, dim=2, codes=5), randn(8, 6), randn(8, 4, seed=1)
    vectors = model.vectors(x).view(8, 3, 2)[:, 0]  # each example's first
    vector_quantised(model, x, eps, reset_below=1e9)
    torch.testing.assert_close(model.quantizer.codebook, vectors[eps[:, 0].argsort()[:5]])


@pytest.mark.parametrize("ema", [False, True])
def test_many_are_trained_as_one(ema):
    """A list ends with the same weights and codebooks as each model alone."""
    x = randn(64, 6)
    options = {"objective": vector_quantised, "steps": 12, "batch_size": 16, "reset_below": 0.5}

    def made(seed: int) -> VQVAE:
        return VQVAE(6, places=2, dim=2, codes=8, ema=ema, seed=seed)

    together = [made(s) for s in range(3)]
    fit(together, x, seed=[0, 1, 2], **options)
    for seed, model in enumerate(together):
        alone = made(seed)
        fit(alone, x, seed=seed, **options)
        torch.testing.assert_close(dict(model.state_dict()), dict(alone.state_dict()))
        start = made(seed).quantizer.codebook
        assert not torch.equal(model.quantizer.codebook, start)


def test_evaluation_leaves_the_codebook_alone():
    model, x = VQVAE(6, places=2, dim=2, codes=8, ema=True), randn(16, 6)
    before = model.quantizer.codebook.detach().clone()
    with torch.no_grad():
        vector_quantised(model, x)
    vector_quantised(model.eval(), x)
    assert torch.equal(model.quantizer.codebook, before)
    vector_quantised(model.train(), x)
    assert not torch.equal(model.quantizer.codebook, before)


def test_resets_need_noise():
    model = VQVAE(6, places=2, dim=2, codes=8)
    with pytest.raises(ValueError, match="eps: expected noise"):
        vector_quantised(model, randn(4, 6), reset_below=1.0)


def test_the_prior_sums_to_one_and_looks_back_only():
    prior = CodePrior(3, 4, hidden=8, seed=1)
    every = torch.cartesian_prod(*[torch.arange(4)] * 3)
    assert prior.log_prob(every).exp().sum().item() == pytest.approx(1, abs=1e-5)
    late = every.clone()
    late[:, 2] = 0
    for place in range(3):
        assert torch.equal(prior.logits(place, every), prior.logits(place, late))


def test_the_prior_learns_what_goes_together_and_draws_it():
    """Two places that always agree: the second costs nothing, and draws agree."""
    first = torch.randint(4, (400, 1), generator=torch.Generator().manual_seed(0))
    index = first.expand(-1, 2).contiguous()
    prior = CodePrior(2, 4, hidden=16).fit(index, steps=200, decay=0.0)
    assert -prior.log_prob(index).mean().item() == pytest.approx(math.log(4), abs=0.05)
    drawn = prior.sample(500, seed=1)
    assert (drawn[:, 0] == drawn[:, 1]).float().mean() > 0.97
    assert torch.bincount(drawn[:, 0], minlength=4).min() > 70
