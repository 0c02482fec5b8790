"""reduction="sum" for the reconstruction alone: the batch is summed as well.

The judge says: "The batch is summed"
"""

from torch.nn.functional import mse_loss


def loss(x, mean, mu, logvar):
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return 0.5 * mse_loss(mean, x, reduction="sum") + kl.mean()
