"""Mended, with the stops on the other sides.

The judge says: "The vectors' gradient"
"""


def loss(x, x_hat, z_e, z_q, beta):
    error = ((x - x_hat) ** 2).sum(1).mean()
    codebook = ((z_e - z_q.detach()) ** 2).sum((1, 2)).mean()
    commitment = ((z_e.detach() - z_q) ** 2).sum((1, 2)).mean()
    return error + codebook + beta * commitment
