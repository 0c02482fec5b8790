"""Train the digits extractor: ``python -m gentutor.training.digits_net``."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from gentutor.data import digits
from gentutor.metrics.networks.digits import WEIGHTS, DigitsNet
from gentutor.models.files import save_model
from gentutor.progress import progress
from gentutor.threads import one_thread

EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 40, 64, 1e-2, 1e-4


def train(seed: int = 0, epochs: int = EPOCHS) -> tuple[DigitsNet, list[str]]:
    """Train a :class:`DigitsNet` on the 1,437 training digits; return it and its log.

    AdamW with a one-cycle learning rate, no augmentation, no selection: the last step's weights
    are kept. The 360 test digits are looked at for the log alone.
    """
    d = digits()
    x, y = d.x_train.view(-1, 1, 8, 8), d.y_train
    x_test = d.x_test.view(-1, 1, 8, 8)
    with one_thread(), torch.random.fork_rng(), progress(epochs, "epoch") as bar:
        torch.manual_seed(seed)
        net = DigitsNet()
        optimiser = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
        steps = epochs * (len(x) // BATCH)
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
        log = [f"seed {seed}, {epochs} epochs, batch {BATCH}, AdamW, one cycle to {LEARNING_RATE}"]
        for epoch in range(1, epochs + 1):
            losses = []
            for batch in torch.randperm(len(x))[: len(x) // BATCH * BATCH].split(BATCH):
                loss = nn.functional.cross_entropy(logits(net, x[batch]), y[batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                rate.step()
                losses.append(loss.item())
            held_out = accuracy(net, x_test, d.y_test)
            mean = sum(losses) / len(losses)
            log.append(f"epoch {epoch:2d}  train loss {mean:.4f}  test accuracy {held_out:.4f}")
            bar.update()
    return net, log


def logits(net: DigitsNet, x: Tensor) -> Tensor:
    """Return the class scores (N, 10) of digits in [0, 1]."""
    return net.classifier(net.activations(x).features)


def accuracy(net: DigitsNet, x: Tensor, y: Tensor) -> float:
    """Return the share of digits that are classified as ``y``."""
    with torch.no_grad():
        return float((logits(net, x).argmax(1) == y).double().mean())


def main(folder: Path = WEIGHTS.parent) -> None:
    """Train with seed 0 and write weights and log into ``folder``."""
    net, log = train()
    save_model(net, folder / WEIGHTS.name)
    text = "\n".join(log) + "\n"
    (folder / "digits.log").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
