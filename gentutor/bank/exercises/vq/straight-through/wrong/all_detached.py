"""The whole line is detached.

The judge says: "Is all of it detached?"
"""


def straight_through(z_e, z_q):
    return (z_e + (z_q - z_e)).detach()
