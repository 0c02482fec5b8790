"""The last step of a decoder, for images from -1 (paper) to 1 (ink)."""

import torch


def reconstruct(logits):
    return torch.sigmoid(logits)


def symptom():
    for value in (-10.0, 0.0, 10.0):
        error = (reconstruct(torch.tensor([[value]])) + 1).square().item()
        print(
            f"squared error on paper at a logit of {value:5.0f}: {error:.2f}"
        )


if __name__ == "__main__":
    symptom()
