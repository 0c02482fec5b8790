"""Properties of a distance whose network takes [-1, 1]."""

import torch

from gentutor.plain import lpips as plain
from gentutor.proof.properties import expect, same, spread, tensor

KERNEL = spread(6, 3, 3, 3, seed=1)
X = torch.sigmoid(spread(3, 3, 8, 8, seed=2))
Y = torch.sigmoid(spread(3, 3, 8, 8, seed=3))


def network(images):
    first = torch.nn.functional.conv2d(images, KERNEL).relu()
    return [first, first[:, :, ::2, ::2] + 0.1]


def distance(x, y):
    found = network(x), network(y)
    return plain.lpips(*found, [torch.ones(6), torch.ones(6)])


def check_range(perceptual):
    """the network sees [-1, 1]"""
    seen = []

    def watched(images):
        seen.append((images.min().item(), images.max().item()))
        return network(images)

    x, y = torch.zeros(1, 3, 8, 8), torch.ones(1, 3, 8, 8)
    x[..., :4], y[..., :4] = 1, 0
    perceptual(watched, x, y)
    low = min(a for a, _ in seen)
    high = max(b for _, b in seen)
    expect(
        (low, high) != (0.0, 1.0),
        "Black and white reach the network as 0 and 1: images in [0, 1] go in unscaled.",
    )
    each = [pair == (-1.0, 1.0) for pair in seen]
    expect(
        all(each) or not any(each),
        "One image reaches the network in [-1, 1], the other does not.",
    )
    expect(
        all(each),
        f"Black and white reach the network as {low:g} and {high:g}; it was trained on -1 and 1.",
    )


def check_inputs_stay(perceptual):
    """the caller's images stay as they are"""
    x, y = X.clone(), Y.clone()
    perceptual(network, x, y)
    expect(
        torch.equal(x, X) and torch.equal(y, Y),
        "The caller's images are changed in place: the second call would scale them again.",
    )


def check_value(perceptual):
    """the colleague's number"""
    saw = perceptual(network, X, Y)
    tensor(saw, (3,), "The distance of three pairs")
    own = [2 * (i - i.amin()) / (i.amax() - i.amin()) - 1 for i in (X, Y)]
    mistakes = {
        "Each batch is stretched by its own lowest and highest value: the range belongs to the type.": (
            distance(*own)
        ),
        "That is no longer the network's distance: scale the images, not the maps.": 4
        * distance(X, Y),
    }
    same(saw, distance(2 * X - 1, 2 * Y - 1), "The distance", mistakes)
