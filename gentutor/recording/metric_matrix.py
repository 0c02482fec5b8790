"""Features of distorted sets by a real network: ``python -m gentutor.recording.metric_matrix``.

The network's 1,280 features are turned to the 256 directions in which all sets together vary most
(principal components), so that 512 images are more than dimensions and the file stays small.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from gentutor.metrics import inception_score, lpips
from gentutor.metrics.networks.efficientnet import EfficientNetLite0, efficientnet_extractor
from gentutor.metrics.networks.features import extract
from gentutor.recording.distortions import PAIRED, sets

FILE = Path(__file__).parents[2] / "recordings" / "metric_matrix.safetensors"
DIRECTIONS = 256
MEMORISED = 64  # training images that the copying model knows


@dataclass(frozen=True)
class Recorded:
    """What the file holds.

    Attributes:
        features: name of a set -> (512, 256) float32.
        inception_score: name -> exp of the mutual information over ImageNet's 1,000 classes.
        lpips: name of a paired set -> mean LPIPS with heads of 1, to the undistorted crops.
        about: versions, the network and the hash of its weights, the share of variance kept.
    """

    features: dict[str, Tensor]
    inception_score: dict[str, float]
    lpips: dict[str, float]
    about: dict[str, str]


def with_copies(sets: dict[str, Tensor]) -> dict[str, Tensor]:
    """Add the sets that are made of rows of others; a row is an image, or its features.

    ``mixed`` is half fresh and half another domain; ``memorised`` the training set itself; ``64
    memorised`` 64 of its images, each eight times; ``one a mode`` four fresh images, repeated.

    >>> rows = torch.arange(512.0)[:, None]
    >>> made = with_copies({"real": rows, "fresh": -rows, "other domain": rows + 1e3})
    >>> {name: len(made[name].unique()) for name in made}["64 memorised"]
    64
    """
    real, fresh, other = (sets[name] for name in ("real", "fresh", "other domain"))
    n = torch.arange(len(real))
    return sets | {
        "mixed": torch.cat((fresh[: len(n) // 2], other[len(n) // 2 :])),
        "memorised": real,
        "64 memorised": real[n % MEMORISED],
        "one a mode": fresh[n % 4],
    }


def measure(images: dict[str, Tensor], net: EfficientNetLite0) -> tuple[dict, dict, dict]:
    """Return features (N, 1280), Inception Scores and mean LPIPS by name of the set."""
    said = {name: extract(net, x, value_range=(0, 1), batch=64) for name, x in images.items()}
    logits = with_copies({k: one.logits for k, one in said.items() if one.logits is not None})
    scores = {name: inception_score(x, 1).mean for name, x in logits.items()}
    fresh, mean_lpips = images["fresh"], {}
    for name in PAIRED:
        parts = zip(images[name].split(64), fresh.split(64), strict=True)
        with torch.no_grad():
            maps = [[net(x, value_range=(0, 1)).maps for x in pair] for pair in parts]
        apart = [lpips(one, other, net.heads) for one, other in maps]
        mean_lpips[name] = torch.cat(apart).mean()
    return {name: one.features for name, one in said.items()}, scores, mean_lpips


def main() -> None:
    """Measure every set and write the file."""
    net = efficientnet_extractor()
    features, scores, mean_lpips = measure(sets(), net)
    pooled = torch.cat(list(features.values())).double()
    centre = pooled.mean(0)
    values, vectors = torch.linalg.eigh((pooled - centre).T @ (pooled - centre))
    basis = vectors[:, -DIRECTIONS:].flip(1).half().contiguous()
    arrays = {f"features/{name}": project(x, centre, basis) for name, x in features.items()}
    arrays |= {f"is/{name}": value.float() for name, value in scores.items()}
    arrays |= {f"lpips/{name}": value.float() for name, value in mean_lpips.items()}
    about = {
        "network": net.name,
        "weight_hash": net.weight_hash,
        "kept": f"{float(values[-DIRECTIONS:].sum() / values.sum()):.4f}",
        "command": "python -m gentutor.recording.metric_matrix",
    } | {name: version(name) for name in ("torch", "scikit-image", "pillow")}
    FILE.parent.mkdir(exist_ok=True)
    new = FILE.with_suffix(".new")
    save_file(arrays | {"centre": centre.float(), "basis": basis}, new, about)
    new.replace(FILE)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.1f} MB, {about}")


def project(features: Tensor, centre: Tensor, basis: Tensor) -> Tensor:
    """Return the coordinates (N, 256) along the basis, float16."""
    return ((features.double() - centre.double()) @ basis.double()).half()


def recorded(path: Path = FILE) -> Recorded:
    """Read the file.

    >>> found = recorded()
    >>> found.features["blur"].shape, found.about["network"]
    (torch.Size([512, 256]), 'efficientnet-lite0')
    """
    with safe_open(path, "pt") as file:
        arrays = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        about = dict(file.metadata())

    def part(start: str) -> dict[str, Tensor]:
        return {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}

    return Recorded(
        with_copies(part("features/")),
        {name: float(value) for name, value in part("is/").items()},
        {name: float(value) for name, value in part("lpips/").items()},
        about,
    )


if __name__ == "__main__":
    main()
