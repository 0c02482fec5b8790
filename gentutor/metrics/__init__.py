"""The metrics, by the names of the field: ``from gentutor.metrics import psnr, ssim, fid``.

``measure("fid", "real/", "fake/")`` takes folders, arrays or tensors and gives a labelled score.
Pairwise, on two batches of images: ``psnr``, ``ssim``, ``ms_ssim``; ``lpips`` on a network's maps.
Of two sets, on features: ``fid``, ``kid``, ``precision_recall``; on logits: ``inception_score``; on
points of a known mixture: ``mode_coverage``. The networks are in ``networks``. A file of this
folder opens with the definition; what only makes it fast stands behind ``_fast``.
"""

from gentutor.metrics.fid import FID, fid, frechet_distance
from gentutor.metrics.fid_infinity import fid_infinity
from gentutor.metrics.inception_score import InceptionScore, inception_score
from gentutor.metrics.kid import KID, kid
from gentutor.metrics.lpips import lpips
from gentutor.metrics.measure import measure
from gentutor.metrics.mode_coverage import mode_coverage
from gentutor.metrics.ms_ssim import ms_ssim
from gentutor.metrics.precision_recall import precision_recall
from gentutor.metrics.psnr import psnr
from gentutor.metrics.ssim import ssim, ssim_map, ssim_terms

__all__ = [
    "FID",
    "KID",
    "InceptionScore",
    "fid",
    "fid_infinity",
    "frechet_distance",
    "inception_score",
    "kid",
    "lpips",
    "measure",
    "mode_coverage",
    "ms_ssim",
    "precision_recall",
    "psnr",
    "ssim",
    "ssim_map",
    "ssim_terms",
]
