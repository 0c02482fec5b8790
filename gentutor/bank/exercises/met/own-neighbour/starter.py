"""Precision by nearest neighbours."""

import torch


def precision(real, fake, k=3):
    within = torch.cdist(real, real)  # (N, N)
    radii = within.kthvalue(k).values
    inside = torch.cdist(fake, real) <= radii  # (M, N)
    return inside.any(1).double().mean()


def symptom():
    torch.manual_seed(0)
    real, fresh = torch.randn(2, 500, 4)
    for k in (1, 2, 3):
        scores = precision(real, fresh, k), precision(real, real[:250], k)
        print(f"k = {k}: fresh {scores[0]:.2f}, copies {scores[1]:.2f}")


if __name__ == "__main__":
    symptom()
