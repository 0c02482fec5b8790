"""Precision and recall by nearest neighbours (Kynkäänniemi et al., 2019)."""

import torch


def distances(x, y):  # by differences: ties stay ties
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def radii(x, k):  # (N, D) -> (N,): how far the k-th nearest other row is
    return distances(x, x).kthvalue(k + 1).values  # the first is itself


def balls(centres, points, k):  # (N, M): does ball i hold point j?
    return distances(centres, points) <= radii(centres, k)[:, None]


def precision(real, fake, k=3):  # share of fakes inside a real ball
    return balls(real, fake, k).any(0).double().mean()


def recall(real, fake, k=3):  # share of reals inside a fake ball
    return balls(fake, real, k).any(0).double().mean()


def density(real, fake, k=3):  # real balls that hold a fake, over k
    return balls(real, fake, k).double().sum(0).mean() / k


def coverage(real, fake, k=3):  # share of real balls that hold a fake
    return balls(real, fake, k).any(1).double().mean()


def scores(real, fake, k=3):
    four = precision, recall, density, coverage
    return torch.stack([score(real, fake, k) for score in four])


def nearest(samples, train):  # how far the nearest training row is
    return distances(samples, train).amin(1)
