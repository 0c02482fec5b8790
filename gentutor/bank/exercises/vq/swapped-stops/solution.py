"""Codebook and commitment term of a VQ-VAE."""

import torch


def vq_loss(z_e, z_q, beta):
    codebook = ((z_e.detach() - z_q) ** 2).sum(-1).mean()
    commitment = ((z_e - z_q.detach()) ** 2).sum(-1).mean()
    return codebook + beta * commitment


def symptom():
    torch.manual_seed(0)
    z_e = torch.randn(50, 4, requires_grad=True)
    z_q = torch.randn(50, 4, requires_grad=True)
    vq_loss(z_e, z_q, 0.0).backward()
    print(f"beta 0: gradient at the vectors {z_e.grad.norm():.2f}")
    print(f"beta 0: gradient at the entries {z_q.grad.norm():.2f}")


if __name__ == "__main__":
    symptom()
