"""The log determinant of the way that is gone.

The judge says: "Its sign has turned"
"""

import torch


def coupling(net, v, back=False):
    half = v.shape[-1] // 2
    stays, moves = v[:, :half], v[:, half:]
    s, t = net(stays).chunk(2, dim=-1)
    s = 2 * torch.tanh(s / 2)
    if back:
        return torch.cat([stays, (moves - t) * (-s).exp()], dim=-1), -s.sum(
            -1
        )
    return torch.cat([stays, moves * s.exp() + t], dim=-1), s.sum(-1)
