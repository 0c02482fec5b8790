"""The noise is taken out altogether.

The judge says: "does it reach the model?"
"""


def loss(model, x, noise):
    return ((x - model(x)) ** 2).sum(-1).mean()
