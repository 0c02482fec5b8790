"""A mean over classes.

The judge says: "averaged over the classes"
"""

import torch


def inception_score(logits):
    p = logits.double().softmax(1)
    mean = p.mean(0)
    return (
        (torch.special.entr(mean) - torch.special.entr(p).mean(0))
        .mean()
        .exp()
    )
