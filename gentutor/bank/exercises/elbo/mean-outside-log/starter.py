"""A bound of log p(x) from k samples of q."""

import torch


def bound(log_w):  # (k, N) -> (N,)
    w = log_w.exp()
    return w.log().mean(0)


def symptom():
    noise = torch.Generator().manual_seed(0)
    for k in (1, 10, 100, 1000):
        log_w = torch.randn(k, 10_000, generator=noise) - 0.5
        print(f"k = {k:4}: {bound(log_w).mean():5.2f} nats; log p(x) is 0.00")


if __name__ == "__main__":
    symptom()
