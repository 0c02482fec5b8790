"""A log density ratio from a classifier of data and samples."""

import math

import torch


def log_ratio(logit, n_data, n_model):
    return logit


def symptom():
    p = q = torch.tensor(0.3)  # densities of data and model at one place
    for n_data, n_model in ((500, 500), (500, 1500), (500, 4500)):
        says = n_data * p / (n_data * p + n_model * q)  # the best classifier
        ratio = log_ratio(says.logit(), n_data, n_model).exp()
        print(f"{n_data} data, {n_model} samples: p/q = {ratio:.3f}")


if __name__ == "__main__":
    symptom()
