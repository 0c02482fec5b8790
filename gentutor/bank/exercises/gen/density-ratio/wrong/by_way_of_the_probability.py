"""By way of the probability.

The judge says: "a probability of 1 leaves nothing to divide by"
"""

import math


def log_ratio(logit, n_data, n_model):
    says = logit.sigmoid()
    return (says / (1 - says)).log() - math.log(n_data / n_model)
