"""Metrics of sets of features: FID, its Fréchet step, Inception Score, kernel distance."""

import warnings
from typing import Any

import numpy as np
import torch
import torchvision_names  # noqa: F401, before any peer
from cleanfid.fid import frechet_distance as cleanfid_frechet
from cleanfid.fid import kernel_distance as cleanfid_kernel
from interleave import Case
from piq import FID as PiqFID  # noqa: N811
from piq import KID as PiqKID  # noqa: N811
from piq.isc import inception_score as piq_inception_score
from pytorch_fid.fid_score import calculate_frechet_distance as pytorchfid_frechet
from torch import Tensor, nn
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.fid import _compute_fid as torchmetrics_frechet
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import KernelInceptionDistance

from gentutor.metrics.fid import fid, frechet_distance
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.kid import kid

warnings.filterwarnings("ignore", module="torchmetrics|cleanfid|pytorch_fid|piq")
WIDTH = 2048  # of Inception's features


class Rows(nn.Module):
    """An extractor for torchmetrics whose images already are features."""

    num_features = WIDTH

    def forward(self, x: Tensor) -> Tensor:
        """Return the features."""
        return x


def features(count: int) -> tuple[Tensor, Tensor]:
    """Draw two float32 sets with the falling spectrum of real features, all of them positive."""
    generator = torch.Generator().manual_seed(0)
    mixing = torch.randn(WIDTH, WIDTH, generator=generator) / WIDTH**0.5
    scale = torch.linspace(0, -2, WIDTH).exp()
    real, fake = torch.randn(2, count, WIDTH, generator=generator)
    return (real * scale @ mixing).exp_(), (fake * scale @ mixing * 1.05).exp_()


def moments() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean and covariance of two sets, float64."""
    return tuple(m for x in features(4096) for m in (x.double().mean(0), x.double().mT.cov()))


def numpy_frechet(distance: Any) -> Any:
    """Make a function of four tensors of one of four arrays."""
    return lambda *tensors: distance(*(tensor.numpy() for tensor in tensors))


def fidelity_frechet(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> float:
    """torch-fidelity's Fréchet step."""
    first, second = (
        {"mu": mu.numpy(), "sigma": cov.numpy()} for mu, cov in ((mu1, cov1), (mu2, cov2))
    )
    return fid_statistics_to_metric(first, second, False)["frechet_inception_distance"]


def fidelity_fid(real: Tensor, fake: Tensor) -> float:
    """torch-fidelity's FID."""
    statistics = map(fid_features_to_statistics, (real, fake))
    return fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]


def torchmetrics_fid(real: Tensor, fake: Tensor) -> Tensor:
    """Torchmetrics' FID."""
    metric = FrechetInceptionDistance(Rows())
    metric.update(real, real=True)
    metric.update(fake, real=False)
    return metric.compute()


def numpy_fid(distance: Any) -> Any:
    """Make FID as pytorch-fid and clean-fid do: NumPy's moments, then their distance."""

    def run(real: Tensor, fake: Tensor) -> float:
        pairs = (
            (np.mean(x, axis=0), np.cov(x, rowvar=False)) for x in (real.numpy(), fake.numpy())
        )
        return distance(*(array for pair in pairs for array in pair))

    return run


def logits() -> tuple[Tensor]:
    """Draw 50,000 x 1,000 logits of a fairly sure classifier."""
    return (3 * torch.randn(50_000, 1000, generator=torch.Generator().manual_seed(0)),)


def torchmetrics_inception_score(logits: Tensor) -> Tensor:
    """Torchmetrics' Inception Score, whose shuffle is part of it."""
    metric = InceptionScore(nn.Identity())
    metric.update(logits)
    return metric.compute()[0]


def fidelity_inception_score(logits: Tensor) -> float:
    """torch-fidelity's Inception Score, without the shuffle."""
    return isc_features_to_metric(logits, shuffle=False)["inception_score_mean"]


def torchmetrics_kernel(real: Tensor, fake: Tensor) -> Tensor:
    """Torchmetrics' KID with its defaults, 100 subsets of 1,000."""
    metric = KernelInceptionDistance(nn.Identity())
    metric.update(real, real=True)
    metric.update(fake, real=False)
    return metric.compute()[0]


def fidelity_kernel(real: Tensor, fake: Tensor) -> float:
    """torch-fidelity's KID with its defaults, 100 subsets of 1,000."""
    options = {"kid_subsets": 100, "kid_subset_size": 1000, "verbose": False}
    return kid_features_to_metric(real, fake, **options)["kernel_inception_distance_mean"]


CASES = [
    Case(
        f"FID from features, 10,000 x {WIDTH} a side",
        lambda: features(10_000),
        {
            "gentutor": fid,
            "torch-fidelity": fidelity_fid,
            "torchmetrics": torchmetrics_fid,
            "pytorch-fid": numpy_fid(pytorchfid_frechet),
            "clean-fid": numpy_fid(cleanfid_frechet),
            "piq": PiqFID().compute_metric,
        },
        goal=1.5,
    ),
    Case(
        f"Fréchet step, d = {WIDTH}",
        moments,
        {
            "gentutor": frechet_distance,
            "torch-fidelity": fidelity_frechet,
            "torchmetrics": torchmetrics_frechet,
            "pytorch-fid": numpy_frechet(pytorchfid_frechet),
            "clean-fid": numpy_frechet(cleanfid_frechet),
        },
        goal=2.5,
    ),
    Case(
        "Inception Score, 50,000 x 1,000, 10 splits",
        logits,
        {
            "gentutor": lambda logits: inception_score(logits).mean,
            "torch-fidelity": fidelity_inception_score,
            "torchmetrics": torchmetrics_inception_score,
            "piq": lambda logits: piq_inception_score(logits)[0],
        },
        goal=5,
    ),
    Case(
        f"KID, 5,000 x {WIDTH} a side, 100 subsets of 1,000",
        lambda: features(5_000),
        {
            "gentutor": lambda real, fake: kid(real, fake, subsets=100).mean,
            "torch-fidelity": fidelity_kernel,
            "torchmetrics": torchmetrics_kernel,
            "clean-fid": lambda real, fake: cleanfid_kernel(real.numpy(), fake.numpy()),
            "piq": PiqKID(average=True, n_subsets=100).compute_metric,
        },
        goal=3,
        tolerance=0.02,  # every library draws subsets of its own
    ),
]
