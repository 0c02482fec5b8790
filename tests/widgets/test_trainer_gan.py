"""The GANs that train in the page, run in Node, against torch: same weights, data and noise."""

import numpy as np
import pytest
import torch
from torch import nn

from gentutor.objectives import adversarial
from gentutor.objectives.adversarial import OBJECTIVES
from gentutor.plain.gan import mlp

SETTINGS = {"lr_d": 1e-3, "lr_g": 2e-3, "gp_weight": 0.7, "clip": 0.11}
SHAPES = {  # what blocks of 4 × 8 do not divide; the lab's own; packs
    "odd": {"latents": 3, "hidden": [13, 9], "batch": 30, "pack": 1},
    "lab": {"latents": 2, "hidden": [32, 32], "batch": 128, "pack": 1},
    "packed": {"latents": 2, "hidden": [11, 16], "batch": 24, "pack": 4},
}
CASES = [*((name, "odd") for name in OBJECTIVES), *((name, "packed") for name in OBJECTIVES)]


def flat(net: nn.Sequential, of=lambda p: p) -> np.ndarray:
    """Return weights, or what `of` takes of each, as the page keeps them: W (in, out)."""
    pieces = [of(p).T if p.ndim == 2 else of(p) for p in net.parameters()]
    return torch.cat([piece.reshape(-1) for piece in pieces]).detach().numpy()


def torch_rounds(objective, shape, dtype, rounds):
    """Train by autograd; return what went in, and each round's losses, gradients and weights."""
    torch.manual_seed(0)
    batch, pack = shape["batch"], shape["pack"]
    g = mlp(shape["latents"], *shape["hidden"], 2).to(dtype)
    d = mlp(2 * pack, *shape["hidden"], 1).to(dtype)
    with torch.no_grad():  # all slopes near 1, so that both sides of the penalty are met
        for p in d.parameters():
            p.mul_(2.0)
    adam_d = torch.optim.Adam(d.parameters(), SETTINGS["lr_d"], (0.5, 0.9))
    adam_g = torch.optim.Adam(g.parameters(), SETTINGS["lr_g"], (0.5, 0.9))
    x = 2 * torch.randn(rounds, batch, 2, dtype=dtype)
    z = torch.randn(2, rounds, batch, shape["latents"], dtype=dtype)
    eps = torch.rand(rounds, batch // pack, dtype=dtype)
    game = OBJECTIVES[objective]

    def judge(points):
        return d(points.reshape(-1, 2 * pack))[:, 0]

    def packed(points):
        return points.reshape(-1, 2 * pack)

    weights, steps = [], []
    for i in range(rounds):
        before = [flat(d), flat(g)]
        fake = g(z[0, i]).detach()
        loss = total = adversarial.discriminator_loss(objective, judge(x[i]), judge(fake))
        if game.penalty:
            at = packed(x[i])
            if game.penalty != "zero":
                at = adversarial.interpolate(at, packed(fake), eps[i][:, None])
            penalty = adversarial.gradient_penalty(lambda p: d(p)[:, 0], at, game.penalty)
            total = loss + SETTINGS["gp_weight"] * penalty
        adam_d.zero_grad()
        total.backward()
        adam_d.step()
        seen = {"D": {"loss": loss.item(), "gradients": flat(d, lambda p: p.grad)}}
        if game.clips:
            with torch.no_grad():
                for p in d.parameters():
                    p.clamp_(-SETTINGS["clip"], SETTINGS["clip"])
        seen["D"]["weights"] = flat(d)
        made = adversarial.generator_loss(objective, judge(g(z[1, i])))
        adam_g.zero_grad()
        made.backward()
        adam_g.step()
        seen["G"] = {
            "loss": made.item(), "gradients": flat(g, lambda p: p.grad), "weights": flat(g)
        }  # fmt: skip
        weights.append([*before, flat(d)])
        steps.append(seen)
    return {"x": list(x), "zD": list(z[0]), "zG": list(z[1]), "eps": list(eps)}, weights, steps


def distance(got: np.ndarray, expected: np.ndarray) -> float:
    """Return the relative L2 distance."""
    return float(np.linalg.norm(got - expected) / np.linalg.norm(expected))


def compare(node, build, objective, shape, rounds, tolerance):
    """Hold every step's loss, gradient and, where steps are free, weights together."""
    free = build == "float64"
    dtype = torch.float64 if free else torch.float32
    given, weights, expected = torch_rounds(objective, SHAPES[shape], dtype, rounds)
    got = node(
        "gan", build, shape=SHAPES[shape] | {"objective": objective}, settings=SETTINGS, free=free,
        weights=weights[:1] if free else weights, **given,
    )["steps"]  # fmt: skip
    assert len(got) == rounds
    for ours, theirs in zip(got, expected, strict=True):
        for player in "DG":
            mine, its = ours[player], theirs[player]
            assert mine["loss"] == pytest.approx(its["loss"], rel=tolerance, abs=tolerance)
            assert distance(mine["gradients"], its["gradients"]) <= tolerance
            if free:
                assert distance(mine["weights"], its["weights"]) <= tolerance


@pytest.mark.parametrize(("objective", "shape"), CASES)
def test_fifty_free_rounds_in_float64_are_torchs(node, objective, shape):
    compare(node, "float64", objective, shape, rounds=50, tolerance=1e-9)


@pytest.mark.parametrize("build", ["plain", "wasm"])
@pytest.mark.parametrize(("objective", "shape"), CASES)
def test_each_step_in_float32_is_torchs(node, build, objective, shape):
    compare(node, build, objective, shape, rounds=10, tolerance=1e-5)


@pytest.mark.parametrize(
    ("build", "rounds", "tolerance"),
    [("float64", 50, 1e-9), ("plain", 10, 1e-5), ("wasm", 10, 1e-5)],
)
@pytest.mark.parametrize("objective", ["non_saturating", "wgan_gp"])
def test_the_labs_own_networks_are_torchs(node, build, rounds, tolerance, objective):
    compare(node, build, objective, "lab", rounds, tolerance)
