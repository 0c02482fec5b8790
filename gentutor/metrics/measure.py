"""One line from two folders of pictures to a score that says how it was measured."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, overload

import torch
from torch import Tensor

from gentutor.checks import check_choice, check_int
from gentutor.metrics.fid import fid
from gentutor.metrics.folders import Images, check_paired, images
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.kid import kid
from gentutor.metrics.lpips import lpips
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.metrics.networks.efficientnet import efficientnet_extractor
from gentutor.metrics.networks.features import Activations, Extractor
from gentutor.metrics.precision_recall import precision_recall
from gentutor.metrics.psnr import psnr
from gentutor.metrics.score import PIXELS, Score, ScoreOverParts
from gentutor.metrics.ssim import ssim

NETWORKS = {"digits": digits_extractor, "efficientnet-lite0": efficientnet_extractor}
ON_PIXELS: dict[str, Callable[..., Tensor]] = {"psnr": psnr, "ssim": ssim, "ms-ssim": ms_ssim}
OF_SETS: dict[str, Callable[..., Tensor | ScoreOverParts]] = {"fid": fid, "kid": kid}
METRICS = (*ON_PIXELS, "lpips", *OF_SETS, "is", "precision-recall")

Source = Any  # a folder, a tensor (N, C, H, W) or an array (N, H, W, C)
Range = tuple[float, float]


@overload
def measure(
    metric: Literal["precision-recall"],
    real: Source,
    fake: Source,
    network: str | Extractor = ...,
    *,
    value_range: Range | None = ...,
    batch: int = ...,
    **options: Any,
) -> tuple[Score, Score]: ...


@overload
def measure(
    metric: str,
    real: Source,
    fake: Source,
    network: str | Extractor = ...,
    *,
    value_range: Range | None = ...,
    batch: int = ...,
    **options: Any,
) -> Score: ...


def measure(
    metric: str,
    real: Source,
    fake: Source,
    network: str | Extractor = "efficientnet-lite0",
    *,
    value_range: Range | None = None,
    batch: int = 32,
    **options: Any,
) -> Score | tuple[Score, Score]:
    """Measure generated images against real ones, from folders, arrays or tensors.

    Args:
        metric: "psnr", "ssim", "ms-ssim", "lpips" compare pairs: the mean over them, and its
            standard deviation. "fid", "kid", "precision-recall" compare sets. "is" looks at the
            fakes alone.
        real: a folder of images, a tensor (N, C, H, W) or an array (N, H, W) or (N, H, W, C). The
            references; None for "is".
        fake: likewise. For pairs, files of the same name without its ending belong together.
        network: "efficientnet-lite0", "digits" or an extractor, for all but the first three.
        value_range: lowest and highest value that the images' type allows. Files and bytes are
            (0, 255); floating-point images need it said.
        batch: images read at once.
        options: of the metric's own function, such as ``subsets=100`` of "kid".

    Returns:
        A :class:`~gentutor.metrics.score.Score`; for "precision-recall" two, precision first.

    Raises:
        TypeError, ValueError: an unknown metric or network; images that cannot be read, are not
            of one size and kind, or do not pair. The file is named.
        FileNotFoundError: no such folder, or a network without weights.

    >>> x = torch.rand(4, 1, 8, 8)
    >>> print(measure("psnr", x, x / 2 + 0.05, value_range=(0, 1)).name)
    PSNR
    >>> print(measure("lpips", x, x, "digits", value_range=(0, 1)))
    LPIPS-digits 0 ± 0 (lower is better; weights c9a21ec1175c; 4 pairs; resize none)
    """
    check_choice("metric", metric, METRICS)
    check_int("batch", batch)
    pair = [] if metric == "is" else [images("real", real)]
    pair.append(images("fake", fake))
    said = [_range(one, value_range) for one in pair]
    if metric in (*ON_PIXELS, "lpips"):
        check_paired(*pair)
    if metric in ON_PIXELS:
        return _on_pixels(metric, pair, said, batch, options)
    net = network if isinstance(network, Extractor) else _network(network)
    seen = [_seen(net, one, r, batch) for one, r in zip(pair, said, strict=True)]
    if metric == "lpips":
        values = torch.cat(
            [lpips(a.maps, b.maps, net.heads, **options) for a, b in zip(*seen, strict=True)]
        )
        return Score.of("LPIPS", _over_pairs(values), net, n_fake=len(values), paired=True)
    sizes = {"n_fake": len(pair[-1]), "n_real": len(pair[0]) if len(pair) > 1 else 0}
    if metric == "is":
        return Score.of("IS", inception_score(_logits(net, seen[0]), **options), net, **sizes)
    features = [torch.cat([part.features for part in one]) for one in seen]
    if metric == "precision-recall":
        found = precision_recall(*features, **options)
        return (
            Score.of("precision", found.precision, net, **sizes),
            Score.of("recall", found.recall, net, **sizes),
        )
    return Score.of(metric.upper(), OF_SETS[metric](*features, **options), net, **sizes)


def _network(name: Any) -> Extractor:
    if not isinstance(name, str):
        raise TypeError(f"network: expected a name or an Extractor, got {type(name).__name__}")
    return NETWORKS[check_choice("network", name, tuple(NETWORKS))]()


def _range(one: Images, value_range: Range | None) -> Range:
    """Return the range of the values, which floating-point images do not tell."""
    if value_range is not None:
        return value_range
    if one.pixels is not None and one.pixels.dtype != torch.uint8:
        raise ValueError(
            f"value_range: expected such as (0, 1) for {one.name}, whose images are "
            f"{one.pixels.dtype}, got None; it is never guessed"
        )
    return (0, 255)


def _on_pixels(
    metric: str, pair: list[Images], said: list[Range], batch: int, options: dict[str, Any]
) -> Score:
    spread = said[0][1] - said[0][0]
    of = ON_PIXELS[metric]
    both = zip(*(one.batches(batch) for one in pair), strict=True)
    values = torch.cat([of(fake, real, data_range=spread, **options) for real, fake in both])
    return Score.of(metric.upper(), _over_pairs(values), PIXELS, n_fake=len(values), paired=True)


def _over_pairs(values: Tensor) -> ScoreOverParts | Tensor:
    """Return mean and spread; the mean alone where PSNR is infinite for an image."""
    wide = values.double()
    return ScoreOverParts.of(wide, ddof=1) if bool(wide.isfinite().all()) else wide.mean()


def _seen(net: Extractor, one: Images, said: Range, batch: int) -> Iterator[Activations]:
    """Yield what the network says of a batch; grey images are repeated over its channels."""
    channels = net.image_shape[0]
    for part in one.batches(batch):
        wide = part.expand(-1, channels, -1, -1) if part.shape[1] == 1 else part
        with torch.no_grad():
            found = net(wide, value_range=said)
        yield found  # outside, or the caller would be without gradients


def _logits(net: Extractor, seen: Iterator[Activations]) -> Tensor:
    found = [part.logits for part in seen]
    if any(logits is None for logits in found):
        raise ValueError(f"network: expected one with a classifier for is, got {net.name}")
    return torch.cat([logits for logits in found if logits is not None])
