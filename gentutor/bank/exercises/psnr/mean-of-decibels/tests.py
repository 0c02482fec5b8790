"""Properties of a mean PSNR."""

import torch

from gentutor.proof.properties import same, spread

Y = spread(6, 1, 3, 4, seed=1)
GRAIN = torch.tensor([0.01, 0.01, 0.02, 0.1, 0.1, 0.2])[:, None, None, None]
X = Y + GRAIN * spread(6, 1, 3, 4, seed=2)
EACH = -10 * torch.log10((X - Y).square().mean((1, 2, 3)))


def batches(*sizes):
    return list(zip(X.split(sizes), Y.split(sizes), strict=True))


def check_one_batch(mean_psnr):
    """the mean of the images' own values"""
    mse = (X - Y).square().mean()
    mistakes = {
        "That is the PSNR of the mean error, not the mean of the images' own values.": (
            -10 * torch.log10(mse)
        ),
        "That is the median, not the mean of the images' own values.": EACH.median(),
        "The values are summed, not averaged.": EACH.sum(),
    }
    same(
        mean_psnr(batches(6), 1),
        EACH.mean(),
        "The mean PSNR of six images",
        mistakes,
    )


def check_batches(mean_psnr):
    """the same however the images are cut into batches"""
    parts = [part.mean() for part in EACH.split((4, 2))]
    mistakes = {
        "Batches count alike: in a small one an image weighs more.": sum(
            parts
        )
        / 2,
        "Only the last batch counts.": parts[1],
    }
    same(
        mean_psnr(batches(4, 2), 1),
        EACH.mean(),
        "The mean in batches of 4 and 2",
        mistakes,
    )


def check_range(mean_psnr):
    """the same for images and MAX in bytes' range"""
    scaled = [(255 * x, 255 * y) for x, y in batches(3, 3)]
    same(
        mean_psnr(scaled, 255), EACH.mean(), "The mean for images in [0, 255]"
    )


def check_number(mean_psnr):
    """a Python number"""
    saw = mean_psnr(batches(6), 1)
    same(
        float(saw),
        EACH.mean(),
        f"The mean, which came as {type(saw).__name__},",
    )
