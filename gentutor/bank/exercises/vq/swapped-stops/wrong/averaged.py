"""Mended, and averaged over the numbers of a vector.

The judge says: "The numbers of a vector are averaged"
"""


def vq_loss(z_e, z_q, beta):
    codebook = ((z_e.detach() - z_q) ** 2).mean()
    commitment = ((z_e - z_q.detach()) ** 2).mean()
    return codebook + beta * commitment
