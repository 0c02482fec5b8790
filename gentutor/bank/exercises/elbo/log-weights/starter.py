"""log p(x, z) - log q(z | x) at samples of q = N(mu, diag(exp(logvar)))."""

import math

import torch


def log_weights(log_joint, mu, logvar, eps):  # -> (S, N)
    raise NotImplementedError
