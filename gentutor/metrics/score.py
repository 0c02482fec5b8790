"""What a metric returns, and the label a score must carry to be compared with another."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

from torch import Tensor

from gentutor.checks import check_choice, check_int


@dataclass(frozen=True)
class ScoreOverParts:
    """A score of several parts of the data: splits or subsets.

    Attributes:
        mean: scalar, float64.
        std: scalar, float64, over the parts; 0 for a single one, which :class:`Score` leaves out.
        values: (S,) float64, the score of each part.
    """

    mean: Tensor
    std: Tensor
    values: Tensor

    @classmethod
    def of(cls, values: Tensor, *, ddof: int = 0) -> Self:
        """Summarise values (S,); ``ddof`` is subtracted from S in the variance.

        >>> import torch
        >>> ScoreOverParts.of(torch.tensor([1.0, 3.0])).std
        tensor(1.)
        """
        std = values.std(correction=ddof) if len(values) > ddof else values.new_zeros(())
        return cls(values.mean(), std, values)


class Network(Protocol):
    """What a score tells of the extractor: its name, a hash of its weights, and its resizing."""

    name: str
    weight_hash: str
    resize: str


@dataclass(frozen=True)
class Metric:
    """The networks a metric is defined on, what it is called on others, and its direction."""

    networks: tuple[str, ...]
    elsewhere: str
    higher_is_better: bool


@dataclass
class Pixels:
    """What stands in the extractor's place for metrics that compare pixels."""

    name: str = "pixels"
    weight_hash: str = "none"
    resize: str = "none"


PIXELS = Pixels()

METRICS = {
    "PSNR": Metric(("pixels",), "PSNR", True),
    "SSIM": Metric(("pixels",), "SSIM", True),
    "MS-SSIM": Metric(("pixels",), "MS-SSIM", True),
    "FID": Metric(("inception",), "FD", False),
    "FID-infinity": Metric(("inception",), "FD-infinity", False),
    "KID": Metric(("inception",), "KD", False),
    "IS": Metric(("inception",), "IS", True),
    "LPIPS": Metric(("alexnet", "vgg", "squeezenet"), "LPIPS", False),
    "precision": Metric((), "precision", True),
    "recall": Metric((), "recall", True),
    "density": Metric((), "density", True),
    "coverage": Metric((), "coverage", True),
}


@dataclass(frozen=True, kw_only=True)
class Score:
    """A number together with everything it depends on.

    Attributes:
        metric: a key of ``METRICS``.
        value: the score, and ``std`` its spread over splits, subsets or pairs, if there were any.
        network: name of the extractor whose features, logits or maps were compared.
        weight_hash: of the extractor.
        n_fake: number of generated images, or of pairs.
        n_real: number of real images; 0 for a metric that looks at none.
        resize: how images were resized for the extractor.
        paired: the number is a mean over ``n_fake`` pairs.

    >>> score = Score(metric="FID", value=3.2, network="digits", weight_hash="9f31ab",
    ...               n_fake=500, n_real=1437)
    >>> print(score)
    FD-digits 3.2 (lower is better; weights 9f31ab; 500 fake, 1437 real; resize none)
    """

    metric: str
    value: float
    network: str
    weight_hash: str
    n_fake: int
    n_real: int = 0
    resize: str = "none"
    std: float | None = None
    paired: bool = False

    def __post_init__(self) -> None:
        check_choice("metric", self.metric, tuple(METRICS))
        check_int("n_fake", self.n_fake)
        check_int("n_real", self.n_real, low=0)

    @classmethod
    def of(cls, metric: str, value: Tensor | ScoreOverParts, network: Network, **rest: Any) -> Self:
        """Label what a metric returned with what the extractor tells of itself.

        ``rest`` are the other attributes. ``resize`` among them replaces the extractor's own, for
        images that were resized before it saw them.
        """
        if isinstance(value, ScoreOverParts):
            rest["std"] = float(value.std) if len(value.values) > 1 else None
            value = value.mean
        rest |= {"network": network.name, "weight_hash": network.weight_hash}
        rest.setdefault("resize", network.resize)
        return cls(metric=metric, value=float(value), **rest)

    @property
    def name(self) -> str:
        """The metric's own name only on a network it is defined on; ``FD-digits`` elsewhere."""
        metric = METRICS[self.metric]
        own = self.network in metric.networks
        return self.metric if own else f"{metric.elsewhere}-{self.network}"

    @property
    def higher_is_better(self) -> bool:
        """The metric's direction."""
        return METRICS[self.metric].higher_is_better

    def __str__(self) -> str:
        spread = "" if self.std is None else f" ± {self.std:.4g}"
        direction = "higher" if self.higher_is_better else "lower"
        sizes = f"{self.n_fake} pairs" if self.paired else f"{self.n_fake} fake, {self.n_real} real"
        number = f"{self.name} {self.value:.4g}{spread} ({direction} is better; "
        if self.network == PIXELS.name:
            return f"{number}{sizes})"
        return f"{number}weights {self.weight_hash}; {sizes}; resize {self.resize})"

    def beats(self, other: "Score") -> bool:
        """Whether this score is the better of two that were measured in the same way.

        Raises:
            ValueError: they differ in metric, network, weights, numbers of images or resizing.
        """
        for field in ("metric", "network", "weight_hash", "n_fake", "n_real", "paired", "resize"):
            mine, theirs = getattr(self, field), getattr(other, field)
            if mine != theirs:
                raise ValueError(
                    f"other: expected a score of the same {field}, {mine}, got {theirs}; "
                    "scores measured in different ways do not compare"
                )
        if self.higher_is_better:
            return self.value > other.value
        return self.value < other.value
