"""Speed and memory of the nearest-code lookup against the ways people know.

65,536 vectors of 64 numbers, 1,024 entries: ``torch.cdist`` with argmin, and the forward pass of
vector-quantize-pytorch in evaluation, which does more: it looks the entries up and computes a loss.
"""

from pathlib import Path

import torch
from interleave import Case, main
from torch import Tensor
from vector_quantize_pytorch import VectorQuantize

from gentutor.models.codebook import nearest_code

N, D, K = 65_536, 64, 1024
MODULES = ("vq",)


def vectors() -> tuple[Tensor, Tensor]:
    """Draw vectors (N, D) and a codebook (K, D)."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(N, D, generator=generator), torch.randn(K, D, generator=generator)


def found(index: Tensor, z: Tensor, codebook: Tensor) -> Tensor:
    """Return the squared distance to the entry found; near-ties hardly change it."""
    return (z - codebook[index]).square_().sum(1)


def by_cdist(z: Tensor, codebook: Tensor) -> Tensor:
    """Look up by all distances at once."""
    return torch.cdist(z, codebook).argmin(1)


class Peer:
    """vector-quantize-pytorch's layer in evaluation, its codebook set to the given one."""

    def __init__(self) -> None:
        self.layer = VectorQuantize(dim=D, codebook_size=K).eval()

    @torch.no_grad()
    def __call__(self, z: Tensor, codebook: Tensor) -> Tensor:
        self.layer.codebook = codebook
        _, index, _ = self.layer(z[None])
        return index[0]


CASES = [
    Case(
        "nearest code, 65,536 × 64, 1,024 entries",
        vectors,
        {
            "gentutor": nearest_code,
            "torch.cdist": by_cdist,
            "vector-quantize-pytorch": Peer(),
        },
        goal=1.7,
        tolerance=1.0,  # indices: checked by their distances below
    )
]


def check() -> None:
    """Say at how many vectors the contenders differ, and by how much in distance."""
    z, codebook = vectors()
    ours = nearest_code(z, codebook)
    for name, run in CASES[0].contenders.items():
        index = run(z, codebook)
        gap = (found(index, z, codebook) - found(ours, z, codebook)).abs().max()
        print(f"{name}: {int((index != ours).sum())} of {N} differ, by {float(gap):.1e} at most")


if __name__ == "__main__":
    check()
    main(MODULES, Path(__file__).parent / "results" / "vq.json", "Nearest code of a codebook.")
