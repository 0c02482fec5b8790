"""Second routes to the orders of ``questions/vae.yaml``."""

from collections.abc import Sequence

import torch


class Descent:
    """Gradient descent on what has a gradient."""

    def __init__(self, weights: Sequence[torch.Tensor]) -> None:
        self.weights = weights

    def step(self) -> None:
        """Follow the gradients that are there."""
        for weight in self.weights:
            weight.data -= 0.1 * weight.grad if weight.grad is not None else 0.0


STEP = {
    "step": "optimiser.step()",
    "decode": "mean = decoder(z)",
    "loss": "loss = (nll(x, mean) + kl_to_prior(mu, logvar)).mean()",
    "spread": "s = (0.5 * logvar).exp()",
    "backward": "loss.backward()",
    "encode": "mu, logvar = encoder(x).chunk(2, dim=-1)",
    "draw": "z = mu + s * torch.randn_like(s)",
}


def plays(order: list[str]) -> bool:
    """Run lines of the training step from the beginning; say whether a step moves the weights."""
    torch.manual_seed(0)
    encoder, decoder = torch.nn.Linear(3, 4), torch.nn.Linear(2, 3)
    weights = [*encoder.parameters(), *decoder.parameters()]
    start = [weight.detach().clone() for weight in weights]
    world = {
        "torch": torch,
        "x": torch.randn(5, 3),
        "encoder": encoder,
        "decoder": decoder,
        "optimiser": Descent(weights),
        "nll": lambda x, mean: (x - mean).square().sum(1),
        "kl_to_prior": lambda mu, logvar: (mu**2 + logvar.exp() - logvar).sum(1),
    }
    try:
        for name in order:
            exec(STEP[name], world)
    except NameError:
        return False
    moved = not any(torch.equal(a, b) for a, b in zip(start, weights, strict=True))
    return moved or "step" not in order


def order_that_trains() -> list[str]:
    """Try the lines in every order; return the one that moves the weights."""
    found: list[list[str]] = [[]]
    for _ in STEP:
        found = [[*so_far, name] for so_far in found for name in STEP if name not in so_far]
        found = [order for order in found if plays(order)]
    return found[0] if len(found) == 1 else [f"{len(found)} orders"]


def way_of_the_gradient() -> list[str]:
    """Watch where the gradient arrives, one after another."""
    arrived: list[str] = []

    def watched(name: str, value: torch.Tensor) -> torch.Tensor:
        value.register_hook(lambda _: arrived.append(name))
        return value

    g = torch.Generator().manual_seed(0)
    x, into, out = (torch.randn(3, 3, generator=g, requires_grad=True) for _ in range(3))
    hidden = watched("hidden", x @ into)
    logvar = watched("logvar", hidden @ out)
    s = watched("s", (0.5 * logvar).exp())
    z = watched("z", s * torch.randn(3, 3, generator=g))
    watched("mean", z @ out).square().sum().backward()
    return arrived


def losses_by_level(pixels: int, latents: int) -> list[str]:
    """Order the losses of the question by the KL's weight relative to half the squared error."""
    sse = torch.tensor(3.0, requires_grad=True)
    kl = torch.rand(latents, requires_grad=True)
    losses = {
        "mixed": sse / pixels + kl.sum(),
        "half": sse / 2 + kl.sum(),
        "means": sse / pixels + kl.mean(),
        "sum": sse + kl.sum(),
    }

    def level(loss: torch.Tensor) -> float:
        of_sse, of_kl = torch.autograd.grad(loss, (sse, kl), retain_graph=True)
        return float(of_kl[0] / (2 * of_sse))

    return sorted(losses, key=lambda name: level(losses[name]))
