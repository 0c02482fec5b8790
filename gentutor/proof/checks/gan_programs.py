"""Second routes to the programs of ``questions/gan.yaml``: small GANs, run with each change."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import softplus

from gentutor.proof.properties import Descent


def pair() -> tuple[nn.Module, nn.Module]:
    """Return a seeded generator and discriminator."""
    torch.manual_seed(0)
    return (
        nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)),
        nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)),
    )


def weights_after(change: str) -> torch.Tensor:
    """Play three rounds of the question's program with one change; return all weights."""
    made, judge = pair()
    sgd_g, sgd_d = (Descent(net.parameters()) for net in (made, judge))
    g = torch.Generator().manual_seed(1)
    for _ in range(3):
        x, first, second = torch.randn(3, 16, 2, generator=g)
        fake = made(first) if change == "a" else made(first).detach()
        loss_d = softplus(-judge(x + 2)).mean() + softplus(judge(fake)).mean()
        if change != "d":
            sgd_d.zero_grad()
        loss_d.backward()
        sgd_d.step()
        judge.requires_grad_(change != "b")
        fake = made(second)
        if change == "c":
            fake = fake.detach()
        loss_g = softplus(-judge(fake)).mean()
        sgd_g.zero_grad()
        loss_g.backward()
        sgd_g.step()
        judge.requires_grad_()
    return torch.cat([w.detach().flatten() for net in (made, judge) for w in net.parameters()])


def changes_without_effect() -> list[str]:
    """Return the letters of the changes after which every weight is the same."""
    right = weights_after("")
    return [letter for letter in "abcd" if torch.equal(weights_after(letter), right)]


def norm_at_first_step(cause: str) -> float:
    """Return the norm of the gradient at the generator's first layer in the first step."""
    made, judge = pair()
    g = torch.Generator().manual_seed(1)
    fake = made(torch.randn(64, 2, generator=g)) - (50.0 if cause == "far apart" else 0.0)
    logit = judge(fake.detach() if cause == "detached" else fake)
    loss = -softplus(logit).mean() if cause == "minimax" else softplus(-logit).mean()
    loss.backward()
    first = next(made.parameters())
    Descent(made.parameters(), 1e-6 if cause == "slow" else 1e-3).step()
    return 0.0 if first.grad is None else float(first.grad.norm())


def mean_answer(remedy: str, x: torch.Tensor) -> torch.Tensor:
    """Return D's mean answer to a batch (N, 2), under one remedy."""
    torch.manual_seed(2)
    packed = remedy == "packing"
    first = nn.Linear(8 if packed else 3 if remedy == "neighbours" else 2, 16)
    if remedy == "slope":
        first.weight.data /= torch.linalg.matrix_norm(first.weight.data, 2)
    net = nn.Sequential(first, nn.Tanh(), nn.Linear(16, 1))
    if packed:
        x = x.reshape(-1, 8)
    if remedy == "neighbours":
        near = (-torch.cdist(x, x)).exp().sum(1, keepdim=True)
        x = torch.cat([x, near], 1)
    logit = net(x)
    return (0.9 * logit if remedy == "smoothing" else logit).mean()


def tells_copies_apart(remedy: str) -> bool:
    """Say whether batches of copies are, on average, told from one batch of the same points.

    Without a view across samples the mean answer to eight copies of each of eight points, averaged
    over the points, is that to the eight points together.
    """
    points = torch.randn(8, 2, generator=torch.Generator().manual_seed(0))
    mixed = mean_answer(remedy, points.repeat(1, 1))
    copies = torch.stack([mean_answer(remedy, one.expand(8, 2)) for one in points]).mean()
    return not torch.isclose(mixed, copies, atol=1e-5)


ROUND: dict[str, Callable[[dict], None]] = {
    "step-g": lambda w: w["descend"]("g", w["loss_g"]),
    "judged": lambda w: w.update(logit=w["judge"](w["fake"]), by=w["steps"].count("d")),
    "loss-d": lambda w: w.update(
        loss_d=softplus(-w["judge"](w["x"])).mean()
        + softplus(w["judge"](w["fake"].detach())).mean()
    ),
    "loss-g": lambda w: w.update(loss_g=softplus(-w["logit"]).mean()),
    "step-d": lambda w: w["descend"]("d", w["loss_d"]),
    "fakes": lambda w: w.update(fake=w["made"](w["z"])),
}
"""The lines of a round, in no order."""


def plays(order: list[str]) -> bool:
    """Run lines; say whether D steps before G does, and before the fakes are judged."""
    made, judge = pair()
    steps: list[str] = []
    nets = {"g": made, "d": judge}

    def descend(player: str, loss: torch.Tensor) -> None:
        optimiser = Descent(nets[player].parameters())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        steps.append(player)

    g = torch.Generator().manual_seed(0)
    x, z = torch.randn(2, 4, 2, generator=g)
    world = {"made": made, "judge": judge, "x": x, "z": z, "descend": descend, "steps": steps}
    try:
        for name in order:
            ROUND[name](world)
    except (KeyError, RuntimeError):
        return False
    return steps == ["d", "g"][: len(steps)] and world.get("by", 1) == 1


def order_of_a_round() -> list[str]:
    """Try the lines in every order; return the one that plays a round."""
    found: list[list[str]] = [[]]
    for _ in ROUND:
        found = [[*so_far, name] for so_far in found for name in ROUND if name not in so_far]
        found = [order for order in found if plays(order)]
    return found[0] if len(found) == 1 else [f"{len(found)} orders"]
