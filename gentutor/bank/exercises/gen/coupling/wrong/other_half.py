"""The second half steers the first.

The judge says: "the halves have changed places"
"""

import torch


def coupling(net, v, back=False):
    half = v.shape[-1] // 2
    moves, stays = v[:, :half], v[:, half:]
    s, t = net(stays).chunk(2, dim=-1)
    s = 2 * torch.tanh(s / 2)
    moves = (moves - t) * (-s).exp() if back else moves * s.exp() + t
    return torch.cat([moves, stays], dim=-1), s.sum(-1)
