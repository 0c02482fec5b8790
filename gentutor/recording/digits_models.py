"""GANs and VAEs of the digits, scored: ``python -m gentutor.recording.digits_models``.

FD-digits, precision and recall of 1,437 samples a model against the 1,437 training digits, on the
features of the network that reads digits; and a few samples to look at.
"""

import shutil
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from gentutor.data import digits
from gentutor.metrics import fid, precision_recall
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.metrics.networks.features import extract
from gentutor.models.vae import VAE
from gentutor.threads import one_thread
from gentutor.training import GANSettings, fit, train_gans

FILE = Path(__file__).parents[2] / "recordings" / "digits_models.safetensors"
COMMAND = "python -m gentutor.recording.digits_models"
SCORES = ("FD-digits", "precision", "recall")
SEEDS = range(8)
GAN_STEPS, VAE_STEPS, SHOWN = 2000, 1500, 30
NETS = GANSettings(hidden=(128, 128), latent_dim=16, batch_size=64, lr_d=5e-4, lr_g=5e-4)
GAMES = {
    "GAN": replace(NETS, objective="non_saturating"),
    "GAN with R1": replace(NETS, objective="r1", gp_weight=1.0),
}


@dataclass(frozen=True)
class Recorded:
    """What the file holds.

    Attributes:
        scores: name of a model -> (8, 3) of eight seeds, in the order of ``SCORES``; ``"held out"``
            has the 360 held-out digits' own, (1, 3).
        images: name of a model -> (30, 64) samples of its first seed, in [0, 1].
        about: versions, steps and the command that makes the file.
    """

    scores: dict[str, Tensor]
    images: dict[str, Tensor]
    about: dict[str, str]


class Rows:
    """The training digits as a source of batches."""

    def __init__(self) -> None:
        self.x = digits().x_train

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw rows with replacement, (count, 64)."""
        return self.x[torch.randint(len(self.x), (count,), generator=generator)]


def scores(x: Tensor) -> Tensor:
    """Return FD-digits, precision and recall of images (N, 64) against the training digits."""
    net = digits_extractor()

    def features(images: Tensor) -> Tensor:
        seen = images.clamp(0, 1).view(-1, 1, 8, 8)
        return extract(net, seen, value_range=(0, 1)).features

    real, fake = features(digits().x_train), features(x)
    found = precision_recall(real, fake)
    return torch.stack([fid(real, fake), found.precision, found.recall]).float()


def gan_samples(name: str, folder: Path, seeds: range = SEEDS, steps: int = GAN_STEPS) -> Tensor:
    """Train GANs of a game; return (R, 1437, 64). Killed, training goes on from the folder."""
    rows = Rows()
    sweep = [replace(GAMES[name], seed=seed) for seed in seeds]
    trained = train_gans(sweep, rows, steps=steps, checkpoint=folder / name)
    if trained.stopped:  # by Ctrl-C
        raise KeyboardInterrupt
    return trained.sample(len(rows.x), seed=1)


def vae_samples(seeds: range = SEEDS, steps: int = VAE_STEPS) -> dict[str, Tensor]:
    """Train VAEs; return their means and their samples with noise, (R, 1437, 64) each."""
    x = digits().x_train
    vaes = [VAE(64, latent_dim=8, seed=seed) for seed in seeds]
    fit(vaes, x, seed=list(seeds), steps=steps, lr=2e-3)
    z = torch.randn(len(x), 8, generator=torch.Generator().manual_seed(1))
    return {
        "VAE, means": torch.stack([each.sample(z, noise=False) for each in vaes]),
        "VAE, with noise": torch.stack([each.sample(z, seed=1) for each in vaes]),
    }


def main() -> None:
    """Train, score and write the file."""
    folder = FILE.with_name(".digits_models")
    folder.mkdir(exist_ok=True)
    with one_thread():
        made = {name: gan_samples(name, folder) for name in GAMES} | vae_samples()
        arrays = {f"scores/{name}": torch.stack([*map(scores, x)]) for name, x in made.items()}
        arrays["scores/held out"] = scores(digits().x_test)[None]
    for name, x in made.items():
        arrays[f"images/{name}"] = (x[0, :SHOWN].clamp(0, 1) * 255).round().byte().contiguous()
    about = {"command": COMMAND, "steps": f"GAN {GAN_STEPS}, VAE {VAE_STEPS}"}
    about |= {name: version(name) for name in ("torch", "scikit-learn")}
    new = FILE.with_suffix(".new")
    save_file(arrays, new, about)
    new.replace(FILE)
    shutil.rmtree(folder)
    for name, found in recorded().scores.items():
        print(name, [round(value, 3) for value in found.mean(0).tolist()])


def recorded(path: Path = FILE) -> Recorded:
    """Read the file.

    >>> found = recorded()
    >>> found.scores["GAN"].shape, found.images["GAN"].shape
    (torch.Size([8, 3]), torch.Size([30, 64]))
    """
    with safe_open(path, "pt") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about = dict(file.metadata())

    def part(start: str) -> dict[str, Tensor]:
        return {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}

    images = {name: x.float() / 255 for name, x in part("images/").items()}
    return Recorded(part("scores/"), images, about)


if __name__ == "__main__":
    main()
