"""The largest weight for all of them.

The judge says: "That is the larger weight's"
"""


def bound(log_w):
    return log_w.max(0).values
