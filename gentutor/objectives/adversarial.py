r"""What the two players of a GAN minimise: plain functions of logits or scores.

Every objective is three functions of one number, the discriminator's answer a: its loss on a real
example, its loss on a generated one, and the generator's loss. Means are taken over the last
axis, so a leading replica axis R gives one loss a replica.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import softplus

from gentutor.checks import check_choice, check_int, check_number, check_same_shape, check_tensor

Elementwise = Callable[[Tensor], Tensor]
Judge = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Objective:
    """One way to play the game.

    Attributes:
        real: the discriminator's loss on a real example, from its answer.
        fake: the discriminator's loss on a generated example.
        generator: the generator's loss on its own example.
        penalty: None or the kind of :func:`gradient_penalty` that is added for D.
        clips: whether every weight of D is clamped to [-c, c] after each of its steps.
    """

    real: Elementwise
    fake: Elementwise
    generator: Elementwise
    penalty: str | None = None
    clips: bool = False


def _softplus_negative(a: Tensor) -> Tensor:
    return softplus(-a)


def _negative_softplus(a: Tensor) -> Tensor:
    return -softplus(a)


def _identity(a: Tensor) -> Tensor:
    return a


def _half_square(a: Tensor) -> Tensor:
    return 0.5 * a.square()


def _half_square_to_one(a: Tensor) -> Tensor:
    return 0.5 * (a - 1.0).square()


def _hinge_real(a: Tensor) -> Tensor:
    return (1.0 - a).relu()


def _hinge_fake(a: Tensor) -> Tensor:
    return (1.0 + a).relu()


_LOGISTIC = (_softplus_negative, softplus)
_WASSERSTEIN = (torch.neg, _identity, torch.neg)

#: Known objectives by name. Goodfellow et al. (2014), equation 1 and section 3, last paragraph
#: (minimax, non_saturating); Mescheder et al. (2018), equation 9 (r1); Mao et al. (2017),
#: equation 9 with a = 0, b = c = 1 (least_squares); Miyato et al. (2018), equations 16 and 17
#: (hinge); Arjovsky et al. (2017), algorithm 1 (wgan_clip); Gulrajani et al. (2017), equation 3
#: (wgan_gp); Petzka et al. (2018), equation 8 (wgan_gp_one_sided).
OBJECTIVES: Mapping[str, Objective] = {
    "minimax": Objective(*_LOGISTIC, _negative_softplus),
    "non_saturating": Objective(*_LOGISTIC, _softplus_negative),
    "r1": Objective(*_LOGISTIC, _softplus_negative, penalty="zero"),
    "least_squares": Objective(_half_square_to_one, _half_square, _half_square_to_one),
    "hinge": Objective(_hinge_real, _hinge_fake, torch.neg),
    "wgan_clip": Objective(*_WASSERSTEIN, clips=True),
    "wgan_gp": Objective(*_WASSERSTEIN, penalty="two_sided"),
    "wgan_gp_one_sided": Objective(*_WASSERSTEIN, penalty="one_sided"),
}


def known_objective(name: str) -> Objective:
    """Return an objective by name.

    >>> known_objective("vegan")
    Traceback (most recent call last):
    ...
    ValueError: objective: expected one of minimax, non_saturating, r1, least_squares, hinge, \
wgan_clip, wgan_gp, wgan_gp_one_sided; got 'vegan'
    """
    return OBJECTIVES[check_choice("objective", name, tuple(OBJECTIVES))]


def discriminator_loss(objective: str, real: Tensor, fake: Tensor) -> Tensor:
    r"""Return what D minimises, without penalty: :math:`E\,\ell_r(D(x))+E\,\ell_f(D(\hat x))`.

    ===================  ========================  ======================
    objective            on real a                 on generated a
    ===================  ========================  ======================
    minimax, ns, r1      :math:`-\log\sigma(a)`    :math:`-\log\sigma(-a)`
    least_squares        :math:`(a-1)^2/2`         :math:`a^2/2`
    hinge                :math:`\max(0,1-a)`       :math:`\max(0,1+a)`
    wgan_*               :math:`-a`                :math:`a`
    ===================  ========================  ======================

    Args:
        objective: a key of ``OBJECTIVES``.
        real: (..., N) logits or scores of real examples.
        fake: (..., M) of generated ones.

    Returns:
        (...,) losses in nats for the logistic ones; minus the dual's value for ``wgan_*``.

    >>> discriminator_loss("non_saturating", torch.zeros(4), torch.zeros(4))  # log 4
    tensor(1.3863)
    """
    chosen = known_objective(objective)
    check_tensor("real", real, (..., "N"))
    check_tensor("fake", fake, (..., "M"))
    return chosen.real(real).mean(-1) + chosen.fake(fake).mean(-1)


def generator_loss(objective: str, fake: Tensor) -> Tensor:
    r"""Return what G minimises, a mean over the answers to its own examples.

    minimax :math:`\log\sigma(-a)`; non_saturating and r1 :math:`-\log\sigma(a)`; least_squares
    :math:`(a-1)^2/2`; hinge and wgan_* :math:`-a`.

    >>> generator_loss("wgan_gp", torch.tensor([1.0, 3.0]))
    tensor(-2.)
    """
    chosen = known_objective(objective)
    return chosen.generator(check_tensor("fake", fake, (..., "M"))).mean(-1)


PENALTIES: Mapping[str, Elementwise] = {
    "two_sided": lambda norm: (norm - 1.0).square(),
    "one_sided": lambda norm: (norm - 1.0).relu().square(),
    "zero": lambda norm: 0.5 * norm.square(),
}


def gradient_penalty(judge: Judge, x: Tensor, kind: str = "two_sided") -> Tensor:
    r"""Return the penalty on the slope of ``judge`` at x, differentiable once more.

    With :math:`n=\lVert\nabla f(x)\rVert_2`: ``"two_sided"`` :math:`E(n-1)^2` (Gulrajani et al.,
    2017, equation 3), ``"one_sided"`` :math:`E\max(0,n-1)^2` (Petzka et al., 2018, equation 8),
    ``"zero"`` :math:`E n^2/2` (Mescheder et al., 2018, equation 9, without its factor gamma).

    Args:
        judge: maps (..., N, D) to (..., N), each example on its own (no batch normalisation).
        x: (..., N, D) where the slope is taken: :func:`interpolate` for WGAN-GP, real examples
            for R1.
        kind: one of the three.

    Returns:
        (...,) mean over N, >= 0.

    >>> float(gradient_penalty(lambda x: 3.0 * x[..., 0], torch.zeros(5, 2)))
    4.0
    """
    return gradient_penalties(judge, x, kind).mean(-1)


def gradient_penalties(judge: Judge, x: Tensor, kind: str = "two_sided") -> Tensor:
    """Return the penalty at each point of x (..., N, D), (..., N): before the mean is taken."""
    check_choice("kind", kind, tuple(PENALTIES))
    check_tensor("x", x, (..., "N", "D"))
    point = x.detach().requires_grad_()
    with torch.enable_grad():
        answers = check_tensor("judge(x)", judge(point), tuple(x.shape[:-1]))
        if not answers.requires_grad:
            raise ValueError("judge: expected a function that autograd can differentiate by x")
        (slope,) = torch.autograd.grad(answers.sum(), point, create_graph=True)
        return PENALTIES[kind](_norm(slope))


def _norm(slope: Tensor) -> Tensor:
    """Return the length over the last axis, with gradient 0 where it is 0."""
    square = slope.square().sum(-1)
    return torch.where(square > 0, square, 1.0).sqrt() * (square > 0)


def interpolate(x_real: Tensor, x_fake: Tensor, eps: Tensor) -> Tensor:
    r"""Return :math:`\hat x+\epsilon(x-\hat x)`, (..., N, D), for eps (..., N, 1) in [0, 1].

    Each example has its own eps; at 0 the point is the generated one.
    Source: Gulrajani et al. (2017), section 4.
    """
    check_tensor("x_real", x_real, (..., "N", "D"))
    check_same_shape("x_fake", check_tensor("x_fake", x_fake, (...,)), "x_real", x_real)
    check_tensor("eps", eps, (*x_real.shape[:-1], 1), low=0.0, high=1.0)
    return torch.lerp(x_fake, x_real, eps)


def unrolled(
    net: nn.Module, loss: Callable[[Judge], Tensor], *, steps: int, lr: float
) -> dict[str, Tensor]:
    r"""Return the weights of D after k gradient steps, as a differentiable function of the fakes.

    .. math:: \theta^{(i+1)}=\theta^{(i)}-\eta\,\nabla_\theta\mathcal L_D(\theta^{(i)})

    G then minimises its loss against :math:`\theta^{(k)}` and its gradient passes through all k
    steps; D itself keeps :math:`\theta^{(0)}`. The weights returned do not carry gradients to
    ``net``. Metz et al. (2017), equations 7 and 10.

    Args:
        net: the discriminator, one or stacked.
        loss: maps a judge (x to answers) to (R,) or scalar losses of D.
        steps: k >= 1.
        lr: the inner step size.

    >>> net = nn.Linear(1, 1, bias=False)
    >>> after = unrolled(net, lambda d: d(torch.ones(1, 1)).sum(), steps=2, lr=0.5)
    >>> torch.allclose(after["weight"], net.weight - 1.0)
    True
    """
    check_int("steps", steps)
    check_number("lr", lr)
    weights = {name: p.detach().requires_grad_() for name, p in net.named_parameters()}
    for _ in range(steps):

        def judge(x: Tensor, weights: dict[str, Tensor] = weights) -> Tensor:
            return functional_call(net, weights, (x,))

        value = loss(judge)
        if not value.requires_grad:
            raise ValueError("loss: expected a function of the judge's answers, got a constant")
        grads = torch.autograd.grad(value.sum(), list(weights.values()), create_graph=True)
        pairs = zip(weights.items(), grads, strict=True)
        weights = {name: weight - lr * grad for (name, weight), grad in pairs}
    return weights
