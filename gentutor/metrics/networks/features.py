"""Feature extractors behind one interface, and their weights: read, checked, named by a hash."""

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from gentutor.checks import check_int, check_tensor


@dataclass(frozen=True)
class Activations:
    """What a network says of N images.

    Attributes:
        features: (N, D), one vector an image: for sets (FID, KID, precision and recall).
        logits: (N, K), unnormalised log-probabilities of K classes (Inception Score); None for a
            network without a classifier.
        maps: (N, C_l, H_l, W_l) of each layer, finest first (LPIPS); may be empty.
    """

    features: Tensor
    logits: Tensor | None
    maps: tuple[Tensor, ...]


class Extractor(nn.Module, ABC):
    """A frozen network: always in evaluation mode, its weights without gradients.

    Call it with images (N, C, H, W) and the range they are in. Gradients flow to the images.
    Autocast changes nothing. A constructor ends with ``self.eval()``, for modules start in
    training mode.

    Attributes:
        name: of the network, which a score carries.
        input_range: lowest and highest pixel value that the network itself takes.
        image_shape: (C, H, W), with None where any side will do.
        least_side: pixels that height and width need at least.
        resize: how images are brought to the network's own size.
        heads: LPIPS weights, (C_l,) for each map; empty if it has none.
        weight_hash: first twelve hex digits of a SHA-256 over names, shapes and values.
    """

    name: str
    input_range: tuple[float, float]
    image_shape: tuple[int, int | None, int | None]
    least_side: int = 1
    resize: str = "none"
    weight_hash: str = "untrained"

    @property
    def heads(self) -> tuple[Tensor, ...]:
        """LPIPS weights, (C_l,) for each map."""
        return ()

    @abstractmethod
    def activations(self, x: Tensor) -> Activations:
        """Return features, logits and maps of images in ``input_range``."""

    def forward(self, x: Tensor, *, value_range: tuple[float, float]) -> Activations:
        """Return what the network says of the images.

        Args:
            x: images (N, C, H, W), floating-point or uint8.
            value_range: the lowest and the highest value that their type allows, such as (0, 1),
                (-1, 1) or (0, 255). It is mapped onto ``input_range`` and never guessed.

        Raises:
            TypeError, ValueError: a shape that does not fit the network; NaN; values outside
                ``value_range``.
        """
        low, high = value_range
        if not -math.inf < low < high < math.inf:
            raise ValueError(
                f"value_range: expected two finite numbers, low first, got {value_range}"
            )
        if isinstance(x, Tensor) and (x.is_floating_point() or x.dtype == torch.uint8):
            x = x.to(next(self.parameters()).dtype)
        channels, height, width = self.image_shape
        check_tensor("x", x, ("N", channels, height or "H", width or "W"), low=low, high=high)
        if min(x.shape[-2:]) < self.least_side:
            raise ValueError(
                f"x: expected a height and a width of at least {self.least_side} pixels for "
                f"{self.name}, got {x.shape[-2]} x {x.shape[-1]}"
            )
        to_low, to_high = self.input_range
        with torch.autocast(x.device.type, enabled=False):
            return self.activations(to_low + (x - low) * ((to_high - to_low) / (high - low)))

    def train(self, mode: bool = True) -> Self:
        """Stay in evaluation mode: an extractor is a measuring device."""
        return super().train(False)

    def load(self, state: Mapping[str, Tensor], path: str | Path) -> Self:
        """Take over weights, freeze them and set ``weight_hash``.

        Raises:
            ValueError: tensors that are missing, left over, of another shape, or not finite.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state and "num_batches" not in name]
        left = [name for name in state if name not in own]
        shapes = [n for n in own if n in state and own[n].shape != state[n].shape]
        for problem, names in (("lacks", missing), ("has", left), ("has another", shapes)):
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                raise ValueError(
                    f"path: expected weights of {self.name}, {path} {problem} {names[0]}{more}"
                )
        for name, value in state.items():
            if value.is_floating_point() and not bool(value.isfinite().all()):
                raise ValueError(f"path: expected finite weights, {path} has NaN in {name}")
        self.load_state_dict(state, strict=False)
        self.weight_hash = hash_weights(state)
        return self.requires_grad_(False).eval()


def extract(
    extractor: Extractor, x: Tensor, *, value_range: tuple[float, float], batch: int = 256
) -> Activations:
    """Return features and logits of many images, a batch at a time and without gradients.

    The maps, which would fill the memory, are dropped. Arguments are those of a call of the
    extractor; ``batch`` is how many images it sees at once.
    """
    check_int("batch", batch)
    with torch.no_grad():
        found = [extractor(part, value_range=value_range) for part in x.split(batch)]
    logits = [part.logits for part in found if part.logits is not None]
    features = torch.cat([part.features for part in found])
    return Activations(features, torch.cat(logits) if logits else None, ())


def load_weights(path: str | Path) -> dict[str, Tensor]:
    """Read named tensors from a ``.safetensors`` file, or from one that ``torch.save`` wrote.

    A file of the second kind is a pickle. It is read by torch's restricted reader, which builds
    tensors and plain containers and runs no code from the file. Nothing is ever downloaded.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: truncated, of another kind, or anything but a dictionary of tensors.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"path: no weights file at {path}")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails in any of a dozen ways
        reason = str(error).partition("\n")[0] or type(error).__name__
        _refuse(path, f"it is damaged or of another kind ({reason})", error)
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        _refuse(path, f"it holds a {type(state).__name__}")
    return dict(state)


def _refuse(path: Path, why: str, cause: Exception | None = None) -> NoReturn:
    raise ValueError(f"path: expected a file of named tensors, {path}: {why}") from cause


def hash_weights(state: Mapping[str, Any]) -> str:
    """Return twelve hex digits that name a set of weights, whatever file they came from.

    >>> one = hash_weights({"bias": torch.zeros(2), "weight": torch.ones(2, 2)})
    >>> one == hash_weights({"weight": torch.ones(2, 2), "bias": torch.zeros(2)})
    True
    >>> one == hash_weights({"weight": torch.ones(2, 2), "bias": torch.full((2,), 1e-9)})
    False
    """
    digest = hashlib.sha256()
    for name, value in sorted(state.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.detach().cpu().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]
