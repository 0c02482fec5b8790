"""The share of the data in the place of the odds.

The judge says: "is log 2 too high"
"""

import math


def log_ratio(logit, n_data, n_model):
    return logit - math.log(n_data / (n_data + n_model))
