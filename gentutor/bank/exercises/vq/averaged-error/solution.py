"""The loss of a VQ-VAE."""

import torch


def loss(x, x_hat, z_e, z_q, beta):
    error = ((x - x_hat) ** 2).sum(1).mean()
    codebook = ((z_e.detach() - z_q) ** 2).sum((1, 2)).mean()
    commitment = ((z_e - z_q.detach()) ** 2).sum((1, 2)).mean()
    return error + codebook + beta * commitment


def symptom():
    z_e, z_q = torch.ones(9, 4, 2), torch.zeros(9, 4, 2)
    free = loss(torch.zeros(9, 1), torch.zeros(9, 1), z_e, z_q, 0.25)
    for pixels in (64, 3072):
        x, x_hat = torch.ones(9, pixels), torch.zeros(9, pixels)
        share = 1 - free / loss(x, x_hat, z_e, z_q, 0.25)
        print(f"{pixels} pixels, all wrong: {share:.0%} of the loss")


if __name__ == "__main__":
    symptom()
