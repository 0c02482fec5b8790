"""What one layer adds to LPIPS."""

import torch


def layer_distance(x, y, weights):
    unit = [m / (m.norm(dim=1, keepdim=True) + 1e-10) for m in (x, y)]
    difference = unit[0] - unit[1]
    return (weights[:, None, None] * difference.square()).sum(1).mean((1, 2))


def symptom():
    x = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    y = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1)
    for w in (0.01, 0.09, 1.0):
        saw = layer_distance(x, y, torch.tensor([w, w])).item()
        print(f"weights {w:4}: {saw:.4f}, the package says {2 * w:.4f}")


if __name__ == "__main__":
    symptom()
