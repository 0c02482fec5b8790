"""A minus sign in place of another order.

The judge says: "The sign is turned"
"""


def inception_score(probabilities):
    p = probabilities
    marginal = p.mean(0)
    kl = (p * (marginal.log() - p.log())).sum(1)
    return kl.mean().exp()
