"""The Inception Score from class probabilities."""

import torch


def inception_score(probabilities):
    p = probabilities
    marginal = p.mean(0)
    kl = (p * (p.log() - marginal.log())).sum(1)
    return kl.mean().exp()


def symptom():
    for sure in (0.8, 0.98, 0.9998):
        p = torch.full((3, 3), (1 - sure) / 2).fill_diagonal_(sure)
        print(f"rows of {sure}: score {inception_score(p):.3f} of 3")


if __name__ == "__main__":
    symptom()
