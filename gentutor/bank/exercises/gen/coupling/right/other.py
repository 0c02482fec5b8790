"""By slices, with the two directions written apart."""

import torch


def coupling(net, v, back=False):
    n_stays = v.size(1) // 2
    n_moves = v.size(1) - n_stays
    out = net(v[:, :n_stays])
    log_scale = 2 * (0.5 * out[:, :n_moves]).tanh()
    shift = out[:, n_moves:]
    if back:
        moved = (v[:, n_stays:] - shift) / log_scale.exp()
    else:
        moved = shift + log_scale.exp() * v[:, n_stays:]
    return torch.hstack((v[:, :n_stays], moved)), log_scale.sum(dim=1)
