"""Training, by four names: ``fit``, ``train_gans`` with ``GANSettings``, ``train_discriminators``.

``fit`` trains autoencoders and VAEs (any objective of a model, data and noise), ``train_gans`` GANs
of every objective, ``train_discriminators`` discriminators and critics between fixed distributions;
each takes one model or many and returns what it recorded. How one model is trained, step by step,
stands in ``gentutor/plain``; what makes many fast is in ``_engine``. Exact optima are found by
:mod:`gentutor.training.lbfgs`; the VAE's loss is in :mod:`gentutor.training.variational`.
"""

from gentutor.training.discriminators import TrainedDiscriminators, train_discriminators
from gentutor.training.fit import History, fit
from gentutor.training.gans import TrainedGANs, train_gans
from gentutor.training.settings import GANSettings

__all__ = [
    "GANSettings",
    "History",
    "TrainedDiscriminators",
    "TrainedGANs",
    "fit",
    "train_discriminators",
    "train_gans",
]
