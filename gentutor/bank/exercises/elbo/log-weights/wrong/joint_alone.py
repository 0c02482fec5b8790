"""The entropy of q is forgotten.

The judge says: "log q is not subtracted"
"""


def log_weights(log_joint, mu, logvar, eps):
    return log_joint(mu + (0.5 * logvar).exp() * eps)
