"""Fréchet distance of two sets of features (Heusel et al., 2017)."""

import torch


def moments(features):  # (N, d) -> mean (d,), covariance (d, d)
    x = features.double()  # float32 sums lose digits
    mu = x.mean(0)
    centred = x - mu  # first: raw moments cancel
    return mu, centred.mT @ centred / (len(x) - 1)


def root(cov):  # the symmetric root: root @ root = cov
    values, vectors = torch.linalg.eigh(cov)
    return vectors * values.clamp(min=0).sqrt() @ vectors.mT


def frechet_distance(mu1, cov1, mu2, cov2):
    half = root(cov1)
    product = half @ cov2 @ half  # symmetric; eigenvalues of cov1 @ cov2
    overlap = torch.linalg.eigvalsh(product).clamp(min=0).sqrt().sum()
    shift = (mu1 - mu2).square().sum()
    return shift + cov1.trace() + cov2.trace() - 2 * overlap


def fid(real, fake):  # features (N, d) and (M, d); lower is better
    return frechet_distance(*moments(real), *moments(fake))


def subset(x, n):
    return x[torch.randperm(len(x))[:n]]


def fid_infinity(real, fake, sizes):  # a line over 1 / N, read at 0
    fids = [fid(subset(real, n), subset(fake, n)) for n in sizes]
    over_n = 1 / torch.tensor(sizes, dtype=torch.float64)
    design = torch.stack([torch.ones_like(over_n), over_n], 1)
    line = torch.linalg.lstsq(design, torch.stack(fids)[:, None]).solution
    return line[0, 0]
