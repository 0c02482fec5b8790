"""Vector and entry have changed places.

The judge says: "nothing is quantised"
"""


def straight_through(z_e, z_q):
    return z_q + (z_e - z_q).detach()
