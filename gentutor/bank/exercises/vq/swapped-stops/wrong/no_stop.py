"""The codebook term has no stop at all.

The judge says: "The vectors' gradient at β = 0"
"""


def vq_loss(z_e, z_q, beta):
    codebook = ((z_e - z_q) ** 2).sum(-1).mean()
    commitment = ((z_e - z_q.detach()) ** 2).sum(-1).mean()
    return codebook + beta * commitment
