"""The networks that train in the page, run in Node, against torch: same weights, data, noise."""

import itertools
import math
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gentutor.plain import vae as plain

SETTINGS = list(
    itertools.product((0.05, None), ("linear", "sigmoid"), (False, True), (False, True))
)
SMALL = {"pixels": 25, "hidden": 37, "latents": 3, "rows": 30}  # what blocks of 4 × 8 don't divide
BOOK = {"pixels": 64, "hidden": 128, "latents": 8, "rows": 128}
RATE = 4e-3


def case(shape, output, dtype, steps=50):
    """Return a torch VAE, minibatches and noise from a fixed seed."""
    torch.manual_seed(0)
    model = plain.VAE(shape["pixels"], shape["hidden"], shape["latents"]).to(dtype)
    model.decoder = nn.Sequential(
        *model.decoder, nn.Sigmoid() if output == "sigmoid" else nn.Identity()
    )
    model.tenth = nn.Parameter(torch.zeros(1, dtype=dtype))
    x = torch.rand(steps, shape["rows"], shape["pixels"], dtype=dtype)
    eps = torch.randn(steps, shape["rows"], shape["latents"], dtype=dtype)
    return model, x, eps


def parts(model):
    """Return the parameters in the page's order, each with whether it is turned there."""
    layers = [model.encoder[0], model.encoder[2], model.decoder[0], model.decoder[2]]
    return [(p, p.ndim == 2) for layer in layers for p in (layer.weight, layer.bias)] + [
        (model.tenth, False)
    ]


def flat(model, of=lambda parameter: parameter) -> np.ndarray:
    """Return weights, or what `of` takes of each, as the page keeps them: W (in, out)."""
    pieces = [(of(p), turned) for p, turned in parts(model)]
    return torch.cat([(p.T if turned else p).reshape(-1) for p, turned in pieces]).detach().numpy()


def torch_steps(model, x, eps, variance, means, beta=0.7):
    """Take steps of Adam; yield the loss, its parts, gradients and weights before and after."""
    if variance is not None:
        model.tenth.data.fill_(math.log(variance) / 10)
    learnt = [p for p, _ in parts(model) if variance is None or p is not model.tenth]
    optimiser = torch.optim.Adam(learnt, lr=RATE)
    for batch, noise in zip(x, eps, strict=True):
        before = flat(model)
        mu, logvar = model.encode(batch)
        mean = model.decoder(plain.reparameterise(mu, logvar, noise))
        nll = plain.gaussian_nll(batch, mean, 10 * model.tenth).mean()
        kl = plain.kl_to_prior(mu, logvar).mean()
        per_pixel = x.shape[-1] if means["reconstruction"] else 1
        per_latent = eps.shape[-1] if means["kl"] else 1
        loss = nll / per_pixel + beta * kl / per_latent
        optimiser.zero_grad()
        model.tenth.grad = torch.zeros_like(model.tenth)
        loss.backward()
        gradients = flat(model, lambda p: p.grad)
        gradients[-1] *= variance is None
        optimiser.step()
        values = {"loss": loss.item(), "nll": nll.item(), "kl": kl.item()}
        yield values | {"before": before, "gradients": gradients, "weights": flat(model)}


def distance(got: np.ndarray, expected: np.ndarray) -> float:
    """Return the relative L2 distance."""
    return float(np.linalg.norm(got - expected) / np.linalg.norm(expected))


def compare(node, build, shape, setting, steps, tolerance):
    """Run both and hold every step's loss, its parts, gradients and free weights together."""
    variance, output, *reductions = setting
    means = dict(zip(("reconstruction", "kl"), reductions, strict=True))
    double = build == "float64"
    model, x, eps = case(shape, output, torch.float64 if double else torch.float32, steps)
    expected = list(torch_steps(model, x, eps, variance, means))
    got = node(
        "vae",
        build,
        shape=shape | {"output": output},
        settings={"beta": 0.7, "variance": variance, "means": means},
        free=double,
        rate=RATE,
        weights=[step["before"] for step in (expected[:1] if double else expected)],
        x=list(x),
        eps=list(eps),
    )["steps"]
    assert len(got) == steps
    for ours, theirs in zip(got, expected, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=tolerance)
        assert ours["nll"] == pytest.approx(theirs["nll"], rel=tolerance)
        assert ours["kl"].sum() == pytest.approx(theirs["kl"], rel=tolerance)
        assert distance(ours["gradients"], theirs["gradients"]) <= tolerance
        if double:
            assert distance(ours["weights"], theirs["weights"]) <= tolerance


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_fifty_free_steps_in_float64_are_torchs(node, setting):
    compare(node, "float64", SMALL, setting, steps=50, tolerance=1e-9)


@pytest.mark.parametrize("build", ["plain", "wasm"])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_each_step_in_float32_is_torchs(node, build, setting):
    compare(node, build, SMALL, setting, steps=10, tolerance=1e-5)


@pytest.mark.parametrize(
    ("build", "steps", "tolerance"),
    [("float64", 50, 1e-9), ("plain", 10, 1e-5), ("wasm", 10, 1e-5)],
)
def test_the_books_own_network_is_torchs(node, build, steps, tolerance):
    compare(node, build, BOOK, (None, "sigmoid", False, False), steps, tolerance)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("rows", "inner", "cols"), [(1, 1, 1), (4, 3, 8), (7, 5, 19), (13, 64, 33)]
)
def test_products_of_every_size_in_both_builds(node, rows, inner, cols, turned):
    rng = np.random.default_rng(0)
    a, b, c = (rng.normal(size=s) for s in ((rows, inner), (inner, cols), (rows, cols)))
    expected = (c + a @ b).ravel()
    for build, name, tolerance in [
        ("float64", "JavaScript", 1e-14),
        ("plain", "JavaScript", 1e-6),
        ("wasm", "WebAssembly", 1e-6),
    ]:
        got = node(
            "product", build, rows=rows, inner=inner, cols=cols, turned=turned,
            a=a.T if turned else a, b=b, c=c,
        )  # fmt: skip
        assert got["engine"] == name
        np.testing.assert_allclose(got["c"], expected, rtol=tolerance, atol=tolerance * 10)


@pytest.mark.parametrize("hidden", ["relu", "tanh", "sigmoid", "linear"])
def test_networks_of_every_function_are_torchs(node, hidden):
    functions = {
        "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity
    }  # fmt: skip
    torch.manual_seed(1)
    sizes = [5, 9, 7, 6]
    for output in functions:
        layers = [nn.Linear(n, m, dtype=torch.float64) for n, m in itertools.pairwise(sizes)]
        shapes = [functions[hidden]()] * 2 + [functions[output]()]
        net = nn.Sequential(*itertools.chain(*zip(layers, shapes, strict=True)))
        x = torch.randn(11, 5, dtype=torch.float64, requires_grad=True)
        gradient = torch.randn(11, 6, dtype=torch.float64)
        y = net(x)
        (y * gradient).sum().backward()

        def flat_of(of, layers=layers):
            pieces = [of(p).T if p.ndim == 2 else of(p) for m in layers for p in m.parameters()]
            return torch.cat([piece.reshape(-1) for piece in pieces]).detach()

        got = node(
            "network", "float64", sizes=sizes, hidden=hidden, output=output, x=x.detach(),
            gradient=gradient, weights=flat_of(lambda p: p),
        )  # fmt: skip
        assert distance(got["y"], y.detach().numpy().ravel()) < 1e-13
        assert distance(got["dx"], x.grad.numpy().ravel()) < 1e-13
        assert distance(got["gradients"], flat_of(lambda p: p.grad).numpy()) < 1e-13


def test_the_embedded_products_are_built_from_their_text():
    maker = Path(__file__).with_name("build_products.py")
    made = runpy.run_path(str(maker))
    assert (made["FOLDER"] / "products.wasm").read_bytes() == made["build"](), (
        "products.wasm is not products.wat: run `python tests/widgets/build_products.py`"
    )
