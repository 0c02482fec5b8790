"""Model over data.

The judge says: "that is log q/p"
"""

import math


def log_ratio(logit, n_data, n_model):
    return math.log(n_data / n_model) - logit
