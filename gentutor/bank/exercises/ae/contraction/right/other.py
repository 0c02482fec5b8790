"""By torch.func."""

from torch.func import jacrev, vmap


def contraction(model, x):
    jacobian = vmap(jacrev(lambda one: model.encoder(one[None])[0]))(x)
    return jacobian.square().sum((1, 2))
