"""One sample of q(z | x) for each example of a batch."""

import torch


def sample(mu, logvar):
    eps = torch.randn(mu.shape[-1])
    return mu + (0.5 * logvar).exp() * eps


def symptom():
    torch.manual_seed(0)
    for n in (1, 100, 10_000):
        code = torch.zeros(n, 1)
        means = torch.stack([sample(code, code).mean() for _ in range(500)])
        print(f"mean of {n:6} samples: standard deviation {means.std():.2f}")


if __name__ == "__main__":
    symptom()
