"""All samples in one group.

The judge says: "does k enter?"
"""

import math


def importance_weighted_bound(log_w, k):
    return log_w.logsumexp(0) - math.log(len(log_w))
