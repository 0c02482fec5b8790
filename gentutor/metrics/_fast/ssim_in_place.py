"""SSIM's two factors without gradients, in memory that is written again and again."""

import torch
from torch import Tensor

from gentutor.metrics.windows import Window


class InPlace:
    """Computes what ``ssim.plain_factors`` does, for one block of planes after another.

    The sum and the difference of the images go through each step side by side. Each lies next to
    its square, so that a thread which takes half of every array keeps to its own.
    """

    def __init__(self, block: Tensor, window: Window, c1: float, c2: float) -> None:
        """Make room for blocks like ``block`` (P, H, W)."""
        self.correction = window.correction
        self.constants = block.new_tensor([c1, c2]).view(2, 1, 1, 1)
        self.slider = window.slider((2, 2, *block.shape), block)
        self.pair, self.squares = self.slider.image.unbind(1)
        self.mean, self.variance = self.slider.sums.unbind(1)
        halves = self.slider.image.view(2, -1)[:, : self.mean[0].numel()]  # are free by then
        self.ratio = halves.view(self.mean.shape)

    def __call__(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Return both factors (P, H', W'); the next call overwrites them."""
        pair, mu, var = self.pair, self.mean, self.variance
        torch.add(a, b, out=pair[0])
        torch.sub(a, b, out=pair[1])
        level = pair.mean((-2, -1), keepdim=True)
        pair.sub_(level)
        torch.mul(pair, pair, out=self.squares)
        self.slider()
        var.addcmul_(mu, mu, value=-1)
        if self.correction != 1:
            var.mul_(self.correction)
        mu.add_(level)
        mu.mul_(mu)
        s, d = self.slider.sums
        over = torch.sub(s, d, out=self.ratio).add_(self.constants)  # s - d + c
        luminance, rest = over.div_(s.add_(d).add_(self.constants))
        return luminance, rest
