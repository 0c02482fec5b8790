"""The Fréchet distance of two Gaussians from their moments."""

import torch


def frechet_distance(mu1, cov1, mu2, cov2):
    values, vectors = torch.linalg.eigh(cov1)
    half = vectors * values.clamp(min=0).sqrt() @ vectors.mT
    values = torch.linalg.eigvalsh(half @ cov2 @ half).clamp(min=0)
    shift = (mu1 - mu2).square().sum()
    root = values.sqrt().sum()
    return shift + cov1.trace() + cov2.trace() - 2 * root


def moments(x):
    return x.mean(0), torch.cov(x.mT)


def symptom():
    g = torch.Generator().manual_seed(0)
    for n in (1000, 50, 5):
        x, y = torch.randn(2, n, 40, generator=g, dtype=torch.float64)
        found = frechet_distance(*moments(x), *moments(y))
        print(f"{n:4} samples of 40 features: {float(found):.3f}")


if __name__ == "__main__":
    symptom()
