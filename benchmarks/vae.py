"""Steps a second of one and of sixteen VAEs, against pythae's VAE in the same run.

The model is 64-H-(8 + 8)-H-64 with a Bernoulli likelihood on the digits, trained by Adam in
batches of 128 on one thread; a check shows first that both libraries compute the same loss from
the same weights. pythae is measured twice: with its own trainer (without its progress bar), and in
the leanest loop around its model, which is the stricter comparison. Contenders take turns, so
that a busy machine slows all of them; ratios are taken within a round, and medians over rounds.
"""

import argparse
import json
import logging
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from pythae import models as peers
from pythae.data.datasets import BaseDataset, DatasetOutput
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from torch import Tensor, nn
from tqdm import tqdm

from gentutor.checks import check_int
from gentutor.data import digits
from gentutor.models.vae import VAE
from gentutor.threads import one_thread
from gentutor.training import fit
from gentutor.training.variational import negative_elbo

LATENT, BATCH, RATE, MANY = 8, 128, 1e-3, 16
RESULTS = Path(__file__).parent / "results" / "vae.json"
OURS, OURS_MANY = "gentutor, 1 model", f"gentutor, {MANY} at once"
TRAINER, BARE = "pythae, its trainer", "pythae, bare loop"
GOALS = {OURS: 1.5, OURS_MANY: 1.7}  # steps a second and model, as a multiple of pythae's


class Encoder(BaseEncoder):
    """pythae's own encoder, of any width."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, hidden), nn.ReLU())
        self.mu, self.logvar = nn.Linear(hidden, LATENT), nn.Linear(hidden, LATENT)

    def forward(self, x: Tensor) -> ModelOutput:
        """Return both statistics of the posterior."""
        body = self.body(x)
        return ModelOutput(embedding=self.mu(body), log_covariance=self.logvar(body))


class Decoder(BaseDecoder):
    """pythae's own decoder, of any width."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        layers = nn.Linear(LATENT, hidden), nn.ReLU(), nn.Linear(hidden, 64), nn.Sigmoid()
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> ModelOutput:
        """Return the Bernoulli probabilities."""
        return ModelOutput(reconstruction=self.body(z))


def peer(hidden: int) -> peers.VAE:
    """Return pythae's VAE; at 512 the encoder and decoder are its defaults."""
    config = peers.VAEConfig(input_dim=(64,), latent_dim=LATENT, reconstruction_loss="bce")
    return (
        peers.VAE(config) if hidden == 512 else peers.VAE(config, Encoder(hidden), Decoder(hidden))
    )


def ours(hidden: int, seed: int = 0) -> VAE:
    """Return the same model of this package."""
    return VAE(64, latent_dim=LATENT, hidden=(hidden,), likelihood="bernoulli", seed=seed)


def check_same(x: Tensor, hidden: int) -> None:
    """Raise unless both models give one loss from one set of weights and one noise."""
    theirs, mine = peer(hidden), ours(hidden)
    first, heads = mine.encoder.layers  # pythae has two heads, for mean and log variance
    weights = [(layer.weight, layer.bias) for layer in (*mine.decoder.layers, first)]
    weights += zip(heads.weight.chunk(2, dim=1), heads.bias.chunk(2), strict=True)
    with torch.no_grad():
        for parameter, value in zip(theirs.parameters(), sum(weights, ()), strict=True):
            parameter.copy_(value.mT if value.ndim == 2 else value)
    torch.manual_seed(0)
    eps = torch.randn(len(x), LATENT)
    torch.manual_seed(0)
    expected = theirs(DatasetOutput(data=x)).loss
    torch.testing.assert_close(negative_elbo(mine, x, eps)["loss"], expected)


def run_trainer(x: Tensor, hidden: int, steps: int) -> Callable[[], int]:
    """Prepare pythae's trainer; the call trains for whole epochs and returns its steps."""
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            folder, per_device_train_batch_size=BATCH, learning_rate=RATE, no_cuda=True
        )
        trainer = BaseTrainer(peer(hidden), BaseDataset(x, torch.zeros(len(x))), None, config)
    trainer.prepare_training()
    trainer.callback_handler.callbacks = []
    epochs = -(-steps // len(trainer.train_loader))

    def run() -> int:
        for epoch in range(epochs):
            trainer.train_step(epoch)
        return epochs * len(trainer.train_loader)

    return run


def run_bare(x: Tensor, hidden: int, steps: int) -> Callable[[], int]:
    """Prepare pythae's model; the call runs the shortest loop that trains it."""
    model = peer(hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    per_epoch = len(x) // BATCH
    epochs = -(-steps // per_epoch)

    def run() -> int:
        for _ in range(epochs):
            for index in torch.randperm(len(x))[: per_epoch * BATCH].view(-1, BATCH):
                optimizer.zero_grad()
                model(DatasetOutput(data=x[index])).loss.backward()
                optimizer.step()
        return epochs * per_epoch

    return run


def run_ours(x: Tensor, hidden: int, steps: int, count: int) -> Callable[[], int]:
    """Prepare models of this package; the call is ``fit`` with all that it checks and records."""
    models = [ours(hidden, seed) for seed in range(count)]

    def run() -> int:
        fit(
            models,
            x,
            steps=steps,
            batch_size=BATCH,
            lr=RATE,
            schedule="constant",
            seed=range(count),
        )
        return steps * count

    return run


def measure(hidden: int, rounds: int, steps: int) -> dict[str, dict[str, list[float]]]:
    """Return name -> clock -> steps a second and model, one number a round."""
    x = digits().x_train
    check_same(x[:BATCH], hidden)
    contenders: dict[str, Callable[[], Callable[[], int]]] = {
        TRAINER: lambda: run_trainer(x, hidden, steps),
        BARE: lambda: run_bare(x, hidden, steps),
        OURS: lambda: run_ours(x, hidden, steps, 1),
        OURS_MANY: lambda: run_ours(x, hidden, max(1, steps // 4), MANY),
    }
    rates: dict[str, dict[str, list[float]]] = {
        name: {"cpu": [], "wall": []} for name in contenders
    }
    turns = [(turn, name) for turn in range(-1, rounds) for name in contenders]
    for turn, name in tqdm(turns, desc=f"{hidden} hidden units", unit="run"):
        run = contenders[name]()
        cpu, wall = time.process_time(), time.perf_counter()
        count = run()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if turn >= 0:  # the first round warms up
            rates[name]["cpu"].append(count / cpu)
            rates[name]["wall"].append(count / wall)
    return rates


def ratio(rates: dict[str, dict[str, list[float]]], name: str, against: str, clock: str) -> float:
    """Return the median over rounds of one contender's rate over another's."""
    pairs = zip(rates[name][clock], rates[against][clock], strict=True)
    return statistics.median(a / b for a, b in pairs)


def main() -> None:
    """Measure, print a table and write benchmarks/results/vae.json."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=800)
    options = parser.parse_args()
    check_int("rounds", options.rounds)
    check_int("steps", options.steps)
    report = {
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {platform.system()}",
        "threads": 1,
        "rounds": options.rounds,
        "steps": options.steps,
        "results": [],
    }
    logging.getLogger("pythae").setLevel(logging.ERROR)
    with one_thread():
        for hidden in (128, 512):
            rates = measure(hidden, options.rounds, options.steps)
            print(f"\n64-{hidden}-(8 + 8)-{hidden}-64; steps a second and model, medians")
            print(f"{'':22}{'CPU':>8}{'wall':>8}   CPU ratio to: trainer  bare loop   goal")
            for name, clocks in rates.items():
                row = {clock: statistics.median(values) for clock, values in clocks.items()}
                to = {peer: ratio(rates, name, peer, "cpu") for peer in (TRAINER, BARE)}
                goal = f"{GOALS[name]:.1f}" if name in GOALS else ""
                print(
                    f"{name:22}{row['cpu']:8.0f}{row['wall']:8.0f}{to[TRAINER]:24.2f}"
                    f"{to[BARE]:11.2f}{goal:>7}"
                )
            report["results"].append({"hidden": hidden, "rates": rates})
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
