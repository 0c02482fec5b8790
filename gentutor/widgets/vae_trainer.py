"""A VAE that the reader trains in the page."""

import math
from typing import Any

import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source
from gentutor.widgets.trainer import trainer

REDUCTIONS = ("sum", "mean")
OUTPUTS = ("linear", "sigmoid")
SETTINGS = (
    "beta",
    "variance",
    "reconstruction_reduction",
    "kl_reduction",
    "learning_rate",
    "seed",
)
SAMPLES = 16  # the page draws so many from the prior, in one pass with the minibatch's buffers


class VAETrainer(Explorable, settings=SETTINGS):
    r"""Press train and watch a VAE learn: reconstructions, samples, KL of each dimension, curves.

    The network D-H-2K and K-H-D (ReLU) trains in the browser, in a worker, by Adam on minibatches
    drawn without replacement. It minimises the mean over examples of

    .. math:: R_x\left[\tfrac12\left(\frac{(x-m(z))^2}{\sigma^2}+\log 2\pi\sigma^2\right)\right]
        + \beta\, R_z\left[\tfrac12(\mu^2+s^2-\log s^2-1)\right],\qquad z=\mu+s\odot\varepsilon

    (Kingma and Welling 2014, eq. 10; Higgins et al. 2017, eq. 4). Each R is the sum over its
    dimensions, or their mean, which is a common mistake: with :math:`R_x` a mean over D pixels and
    :math:`R_z` a sum, β weighs like Dβ. The curves always show sums, in nats per example.

    A notebook can observe, link or set the traits ``beta``, ``variance``, ``learning_rate``,
    ``reconstruction_reduction``, ``kl_reduction`` (at work from the next step on), ``seed`` (starts
    again) and ``running``; the page writes ``step`` about once a second. Training never starts by
    itself: a widget that is shown waits, whatever ``running`` was.

    Args:
        images: (N, s, s) grey values in [0, 1], 1 is ink: what it trains on, N >= batch.
        shown: (n, s, s) images that it does not train on, to be reconstructed, n <= batch.
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        latent_dim: K >= 1.
        hidden: H >= 1.
        output: the decoder's mean, ``"sigmoid"`` or ``"linear"``.
        batch: examples a step, at least 16.
        beta: > 0.
        variance: σ² > 0, or None for one number that is learnt.
        reconstruction_reduction: ``"sum"`` or ``"mean"`` over the pixels.
        kl_reduction: ``"sum"`` or ``"mean"`` over the latent dimensions.
        learning_rate: Adam's, > 0.
        seed: of weights, minibatches and noise, 0 to 9,999.

    Raises:
        TypeError: an argument of another type.
        ValueError: shapes that do not fit each other, values outside their range.
        traitlets.TraitError: a trait of another type, or an unknown reduction or output.

    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> grey = np.full((32, 8, 8), 0.5)
    >>> widget = VAETrainer(images=grey, shown=grey[:8], batch=16, variance=0.05,
    ...     picture=Figure(), caption="A VAE in training.", alt="Grey squares.")
    >>> widget.beta, widget.variance, widget.running
    (1.0, 0.05, False)
    """

    _esm = trainer("trainer_vae.js") + source("kit.js", "vae_trainer_parts.js", "vae_trainer.js")
    _css = source("kit.css", "vae_trainer.css")
    beta = traitlets.Float(1.0).tag(sync=True)
    variance = traitlets.Float(None, allow_none=True).tag(sync=True)
    reconstruction_reduction = traitlets.Enum(REDUCTIONS, "sum").tag(sync=True)
    kl_reduction = traitlets.Enum(REDUCTIONS, "sum").tag(sync=True)
    learning_rate = traitlets.Float(4e-3).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    network = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        images: ArrayLike,
        shown: ArrayLike,
        picture: Figure,
        caption: str,
        alt: str,
        latent_dim: int = 8,
        hidden: int = 128,
        output: str = "sigmoid",
        batch: int = 128,
        **traits: Any,
    ) -> None:
        for name, value, low in [
            ("latent_dim", latent_dim, 1),
            ("hidden", hidden, 1),
            ("batch", batch, SAMPLES),
        ]:
            if isinstance(value, bool) or not isinstance(value, int) or value < low:
                raise ValueError(f"{name}: expected an integer of at least {low}, got {value!r}")
        if output not in OUTPUTS:
            raise ValueError(f"output: expected one of {', '.join(OUTPUTS)}, got {output!r}")
        arrays = Arrays()
        count = len(arrays.add("images", images, "N s s", "pixel"))
        few = len(arrays.add("shown", shown, "n s s", "pixel"))
        if count < batch:
            raise ValueError(f"images: expected at least batch = {batch} of them, got {count}")
        if few > batch:
            raise ValueError(f"shown: expected at most batch = {batch} of them, got {few}")
        super().__init__(
            arrays=arrays,
            picture=picture,
            caption=caption,
            alt=alt,
            network={"latents": latent_dim, "hidden": hidden, "output": output, "batch": batch},
            **traits,
        )

    @traitlets.validate("beta", "variance", "learning_rate")
    def _positive(self, proposal: dict[str, Any]) -> float | None:
        name, value = proposal["trait"].name, proposal["value"]
        if value is not None and not 0 < value < math.inf:
            raise ValueError(f"{name}: expected a positive number, got {value!r}")
        return value

    @traitlets.validate("seed")
    def _small(self, proposal: dict[str, Any]) -> int:
        if not 0 <= proposal["value"] <= 9999:
            raise ValueError(f"seed: expected 0 to 9999, got {proposal['value']}")
        return int(proposal["value"])
