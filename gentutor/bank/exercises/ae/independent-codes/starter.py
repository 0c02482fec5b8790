"""Samples of an autoencoder with a Gaussian fitted to its codes."""

import torch


def sample(decoder, codes, n):
    noise = torch.randn(n, codes.shape[1])
    return decoder(codes.mean(0) + codes.std(0) * noise)


def symptom():
    torch.manual_seed(0)
    first = torch.randn(2000)
    codes = torch.stack([first, 0.9 * first + 0.3 * torch.randn(2000)], 1)
    drawn = sample(lambda z: z, codes, 2000)
    for name, z in (("codes", codes), ("draws", drawn)):
        print(f"correlation of the {name}: {z.T.corrcoef()[0, 1]:.2f}")


if __name__ == "__main__":
    symptom()
