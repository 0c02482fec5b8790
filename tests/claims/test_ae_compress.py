"""What an autoencoder's code is: what makes it compress, what it spans, what tying changes."""

from functools import partial

import pytest
import torch
from torch import Tensor

from gentutor.data import digits
from gentutor.models.autoencoder import Autoencoder
from gentutor.objectives.reconstruction import reconstruction, squared_error
from gentutor.training import fit
from gentutor.training.lbfgs import minimise

SEEDS = range(8)
X, X_TEST = digits().x_train, digits().x_test


def components(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the variances and the axes (columns) of the principal components, largest first."""
    centred = (x - x.mean(0)).double()
    values, axes = torch.linalg.eigh(centred.T @ centred / len(x))
    return values.flip(0), axes.flip(1)


@torch.no_grad()
def held_out(model: Autoencoder) -> float:
    return squared_error(X_TEST, model(X_TEST)).mean().item()


def trained(steps: int, **options) -> list[Autoencoder]:
    """Return eight trained nets."""
    settings = ("sparsity", "contraction", "batch_size")
    rules = {name: options.pop(name) for name in settings if name in options}
    nets = [Autoencoder(64, **options, seed=s) for s in SEEDS]
    fit(nets, X, objective=reconstruction, steps=steps, lr=5e-3, seed=SEEDS, **rules)
    return nets


@pytest.mark.claim("ae-compress")
def test_the_identity_is_optimal_where_nothing_forbids_it():
    """A code as wide as the image copies it; one number fewer already leaves an error."""
    model = Autoencoder(64, latent_dim=64, hidden=())
    with torch.no_grad():
        for layer in (*model.encoder.layers, *model.decoder.layers):
            layer.weight.copy_(torch.eye(64))
            layer.bias.zero_()
    noise = torch.randn(50, 64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(model(noise), noise)  # whatever it is given: nothing of digits is in it
    assert reconstruction(model, X)["loss"] == 0
    _, _, basis = torch.linalg.svd(torch.randn(50, 64, generator=torch.Generator().manual_seed(1)))
    error = noise - noise @ basis[:63].T @ basis[:63]
    assert squared_error(noise, noise - error).mean() > 0.1


@pytest.mark.claim("ae-compress")
def test_a_narrow_code_keeps_more_than_pca_and_far_more_than_the_mean():
    """On 8 seeds: held-out error 1.0 to 1.2 with 8 numbers, PCA 1.58, the mean image 4.74."""
    _, axes = components(X)
    centred = (X_TEST - X.mean(0)).double()
    pca = (centred @ axes[:, 8:]).square().sum(1).mean().item()
    assert 1.55 < pca < 1.60
    errors = [held_out(model) for model in trained(400, latent_dim=8)]
    assert max(errors) < 0.8 * pca
    assert min(errors) > 0.8  # and it is no copy


@pytest.mark.claim("ae-compress")
def test_a_linear_autoencoder_spans_the_pca_subspace_in_axes_of_its_own():
    """On 8 seeds: the error is the sum of the variances left out, every principal angle < 1°."""
    exact = X[:480].double()
    values, axes = components(exact)
    strayed = []
    for seed in SEEDS:
        model = Autoencoder(64, latent_dim=3, hidden=(), seed=seed).double()
        best = minimise(model.parameters(), partial(reconstruction, model, exact), tolerance=1e-8)
        assert best.loss == pytest.approx(values[3:].sum().item(), abs=1e-4)
        columns = model.decoder.layers[0].weight.detach()
        cosines = torch.linalg.svdvals(torch.linalg.qr(columns.T).Q.T @ axes[:, :3])
        assert cosines.clamp(max=1).arccos().rad2deg().max() < 1
        unit = columns / columns.norm(dim=1, keepdim=True)
        strayed.append((unit @ axes[:, :3]).abs().amax(1).arccos().rad2deg().max().item())
    assert min(strayed) > 5  # its columns are not the components
    mix = torch.randn(3, 3, generator=torch.Generator().manual_seed(2)).double()
    before = model(X_TEST.double())
    encoder, decoder = model.encoder.layers[0], model.decoder.layers[0]
    with torch.no_grad():
        encoder.weight.copy_(encoder.weight @ mix)
        encoder.bias.copy_(encoder.bias @ mix)
        decoder.weight.copy_(torch.linalg.inv(mix) @ decoder.weight)
    torch.testing.assert_close(model(X_TEST.double()), before)


@pytest.mark.claim("ae-compress")
def test_a_regulariser_restrains_a_wide_code():
    """64 numbers, tied: sparsity uses half of them, contraction moves a fifth less."""
    free = trained(200, batch_size=48, latent_dim=64, hidden=(64,), tied=True)
    sparse = trained(200, batch_size=48, latent_dim=64, hidden=(64,), tied=True, sparsity=0.1)
    still = trained(200, batch_size=48, latent_dim=64, hidden=(64,), tied=True, contraction=0.03)

    @torch.no_grad()
    def in_use(model: Autoencoder) -> float:
        z = model.encode(X_TEST)
        return (z.abs().sum(1).square() / z.square().sum(1)).mean().item()

    @torch.no_grad()
    def slope(model: Autoencoder) -> float:
        z, slopes = model.encode(X_TEST), model.encoder_jacobian(X_TEST)
        return (slopes.square().sum((1, 2)).mean() / z.var(0).sum()).item()

    for a, b, c in zip(free, sparse, still, strict=True):
        assert in_use(b) < 0.75 * in_use(a)
        assert slope(c) < 0.93 * slope(a)
        assert held_out(a) < min(held_out(b), held_out(c))


@pytest.mark.claim("ae-parts")
def test_tying_halves_the_weights_and_is_not_needed():
    """Encoder and decoder are two maps; with tied weights the error is at most 1.3 times as large.

    On 8 seeds each: 1.08 free, 1.17 tied.
    """
    free, tied = trained(400, latent_dim=8), trained(400, latent_dim=8, tied=True)
    assert free[0].encode(X_TEST).shape == (360, 8)
    assert free[0].decode(free[0].encode(X_TEST)).shape == (360, 64)
    count = [sum(p.numel() for p in model.parameters()) for model in (free[0], tied[0])]
    assert count == [18_760, 9_544]
    errors = [sum(map(held_out, nets)) / 8 for nets in (free, tied)]
    assert errors[0] < errors[1] < 1.3 * errors[0]
