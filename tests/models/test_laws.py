"""What holds for every model of the package. A new model adds one line to ``CASES``."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gentutor import models
from gentutor.models.autoencoder import Autoencoder
from gentutor.models.code_prior import CodePrior
from gentutor.models.codebook import EMAVectorQuantizer, VectorQuantizer
from gentutor.models.files import load_model, save_model
from gentutor.models.flow import Flow
from gentutor.models.gan import Critic, Discriminator, Generator
from gentutor.models.linear_vae import LinearVAE
from gentutor.models.vae import VAE
from gentutor.models.vq_vae import VQVAE, ConvVQVAE
from gentutor.training.variational import model_elbo


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def elbo(model: VAE, x: Tensor) -> Tensor:
    """Return the ELBO of each example, with the same noise for the same example."""
    eps = torch.sin(50 * x[:, :1] + torch.arange(model.latent_dim, dtype=x.dtype))
    return model_elbo(model, x, eps).value


def vq(model: VQVAE | ConvVQVAE, x: Tensor) -> Tensor:
    """Return a VQ-VAE's reconstruction beside its entries, which alone reach the codebook."""
    side = getattr(model, "channels", None)
    out = model(x.view(len(x), side, 8, 8) if side else x)
    return torch.cat([out.decoded.flatten(1), out.quantised.z_q.reshape(len(x), -1)], 1)


def codes(model: CodePrior, x: Tensor) -> Tensor:
    """Return the log-probability of codes made of any numbers."""
    return model.log_prob((100 * x).abs().long() % model.codes)


@dataclass(frozen=True)
class Case:
    """A model, the numbers an input of it has, and a pass that uses all of it.

    Attributes:
        kind: the class.
        width: numbers of one input.
        options: the constructor's.
        run: (model, inputs (N, width)) -> (N, …), one entry an input.
        out: shape of one entry.
    """

    kind: type[nn.Module]
    width: int
    options: dict[str, Any] = field(default_factory=dict)
    run: Callable[[Any, Tensor], Tensor] = lambda model, x: model(x)
    out: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind.__name__}-{'-'.join(map(str, self.options.values()))}"

    def make(self, seed: int = 0) -> nn.Module:
        return self.kind(**self.options, seed=seed)


CASES = [
    Case(Autoencoder, 5, {"data_dim": 5, "latent_dim": 2}, out=(5,)),
    Case(
        Autoencoder, 5, {"data_dim": 5, "latent_dim": 7, "hidden": (9, 4), "tied": True}, out=(5,)
    ),
    Case(Autoencoder, 1, {"data_dim": 1, "latent_dim": 1, "hidden": ()}, out=(1,)),
    Case(VAE, 5, {"data_dim": 5, "latent_dim": 2}, elbo),
    Case(VAE, 5, {"data_dim": 5, "latent_dim": 7, "hidden": (9, 4), "variance": 0.1}, elbo),
    Case(VAE, 5, {"data_dim": 5, "latent_dim": 2, "decoder": "autoregressive"}, elbo),
    Case(LinearVAE, 5, {"data_dim": 5, "latent_dim": 3}, lambda model, x: model(x).recon_nll),
    Case(Flow, 2, run=Flow.log_prob),
    Case(Flow, 5, {"data_dim": 5, "layers": 3, "hidden": (9,), "bound": 1.0}, Flow.log_prob),
    Case(Generator, 2, out=(2,)),
    Case(Generator, 4, {"data_dim": 3, "latent_dim": 4, "hidden": (9,)}, out=(3,)),
    Case(Discriminator, 2),
    Case(Discriminator, 3, {"data_dim": 3, "hidden": (9, 4), "activation": "tanh"}),
    Case(Critic, 3, {"data_dim": 3, "hidden": (9,), "spectral": True}),
    Case(VectorQuantizer, 3, {"codes": 9, "dim": 3}, lambda model, x: model(x).z_q, (3,)),
    Case(EMAVectorQuantizer, 3, {"codes": 9, "dim": 3}, lambda model, x: model(x).passed, (3,)),
    Case(VQVAE, 5, {"data_dim": 5, "places": 2, "dim": 3, "codes": 9}, vq, (11,)),
    Case(VQVAE, 5, {"data_dim": 5, "places": 1, "dim": 1, "codes": 2, "hidden": ()}, vq, (6,)),
    Case(ConvVQVAE, 128, {"channels": 2, "width": 5, "dim": 3, "codes": 7}, vq, (140,)),
    Case(CodePrior, 3, {"places": 3, "codes": 4, "hidden": 8}, codes),
]

every_model = pytest.mark.parametrize("case", CASES, ids=str)


def defined() -> Iterator[type[nn.Module]]:
    """Yield every module class that a file of ``gentutor.models`` defines for use."""
    for found in pkgutil.iter_modules(models.__path__, "gentutor.models."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            known = isinstance(value, type) and issubclass(value, nn.Module)
            if known and value.__module__ == found.name and not name.startswith("_"):
                yield value


def test_every_model_of_the_package_is_here():
    missing = {kind.__name__ for kind in defined()} - {case.kind.__name__ for case in CASES}
    assert missing == set()


@every_model
@pytest.mark.parametrize("count", [1, 6])
def test_one_entry_an_input(case, count):
    model = case.make()
    found = case.run(model, randn(count, case.width))
    assert found.shape == (count, *case.out)
    assert found.isfinite().all()


@every_model
def test_an_input_alone_is_as_in_its_batch(case):
    model, x = case.make().eval(), randn(6, case.width)
    together = case.run(model, x)
    alone = torch.cat([case.run(model, row[None]) for row in x])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)


@every_model
def test_every_parameter_gets_a_gradient(case):
    """All but a codebook of running means, which is frozen."""
    model, x = case.make(), randn(64, case.width).requires_grad_()
    found = case.run(model, x)
    (found * randn(*found.shape, seed=1)).sum().backward()
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            assert name.endswith("codebook"), name
            continue
        assert parameter.grad is not None, name
        assert float(parameter.grad.abs().max()) > 0, name


@every_model
def test_evaluation_is_deterministic_and_leaves_the_model_as_it_is(case):
    model, x = case.make().eval(), randn(6, case.width)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert torch.equal(case.run(model, x), case.run(model, x))
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)


@every_model
def test_the_seed_alone_decides_the_start(case):
    torch.manual_seed(3)
    one = case.make(seed=5)
    torch.manual_seed(4)
    same, other = case.make(seed=5), case.make(seed=6)
    torch.testing.assert_close(dict(one.state_dict()), dict(same.state_dict()), rtol=0, atol=0)
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    assert any(not torch.equal(a, b) for a, b in pairs)


@every_model
def test_a_saved_model_gives_the_same_bits(case, tmp_path):
    model, x = case.make(seed=7), randn(6, case.width)
    save_model(model, tmp_path / "model.safetensors")
    again = load_model(case.kind, tmp_path / "model.safetensors")
    assert again.config == model.config
    assert torch.equal(case.run(model.eval(), x), case.run(again.eval(), x))


@every_model
def test_float64_is_kept_and_agrees_with_float32(case):
    model, x = case.make().eval(), randn(6, case.width)
    single = case.run(model, x).double()
    double = case.run(model.double(), x.double())
    assert double.dtype == torch.float64
    torch.testing.assert_close(single, double, rtol=1e-4, atol=1e-4)
