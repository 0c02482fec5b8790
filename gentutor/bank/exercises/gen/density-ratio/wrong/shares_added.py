"""The wrong sign.

The judge says: "The shares are added once more"
"""

import math


def log_ratio(logit, n_data, n_model):
    return logit + math.log(n_data / n_model)
