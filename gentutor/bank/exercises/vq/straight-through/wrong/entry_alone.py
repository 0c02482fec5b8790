"""The entry as it is.

The judge says: "No gradient reaches z_e"
"""


def straight_through(z_e, z_q):
    return z_q
