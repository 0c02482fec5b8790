r"""The bilinear game: why two players who both descend may never meet.

.. math:: \min_a\max_b\;a^\top Mb,\qquad v(z)=\begin{pmatrix}Mb\\-M^\top a\end{pmatrix}=Jz,
    \quad z=(a,b)

Its only equilibrium, for an invertible M, is 0. Every method below is linear, so that one step is
a matrix and its eigenvalues say everything. With step size :math:`\eta` and, for each singular
value of M, :math:`h=\eta\sigma`:

================  ============================================  ========================
method            step                                          largest :math:`|\lambda|`
================  ============================================  ========================
simultaneous      :math:`z-\eta v(z)`                           :math:`\sqrt{1+h^2}`
alternating       a first; b then sees the new a                1 for h <= 2
extragradient     :math:`z-\eta v(z-\eta v(z))`                 :math:`\sqrt{1-h^2+h^4}`
optimistic        :math:`z_t-2\eta v(z_t)+\eta v(z_{t-1})`      `bilinear_radius`
================  ============================================  ========================

Simultaneous steps spiral outwards at every step size; alternating ones with h < 2 stay on a closed
curve; extragradient ones come in for h < 1 and optimistic ones for :math:`h<1/\sqrt3`.

*Damping* takes :math:`\tfrac\gamma2\lVert b\rVert^2` off what b maximises, as R1 does to a linear D
(Mescheder et al., 2018, section 4), so that
:math:`J=\begin{pmatrix}0&M\\-M^\top&\gamma I\end{pmatrix}`. In the scalar
game with :math:`\gamma\le2` simultaneous steps have :math:`|\lambda|=\sqrt{1-\eta\gamma+\eta^2}`
and come in for :math:`\eta<\gamma`; alternating ones have :math:`\sqrt{1-\eta\gamma}` while their
eigenvalues are a complex pair.
"""

import math

import torch
from torch import Tensor

from gentutor.checks import check_choice, check_int, check_number, check_tensor

METHODS = ("simultaneous", "alternating", "extragradient", "optimistic")


def update_matrix(
    method: str, step_size: float, game: Tensor | None = None, *, damping: float = 0.0
) -> Tensor:
    r"""One step of both players as a matrix U: :math:`z_{t+1}=Uz_t`.

    Simultaneous :math:`I-\eta J`, extragradient :math:`I-\eta J+\eta^2J^2`, alternating

    .. math:: \begin{pmatrix}I&-\eta M\\ \eta M^\top&(1-\eta\gamma)I-\eta^2M^\top M\end{pmatrix},

    and optimistic, on :math:`(z_t,z_{t-1})`,
    :math:`\begin{pmatrix}I-2\eta J&\eta J\\I&0\end{pmatrix}`.

    Args:
        method: one of ``METHODS``.
        step_size: :math:`\eta > 0`.
        game: M, (n, m) floating point; None for the scalar game ab.
        damping: :math:`\gamma \ge 0`.

    Returns:
        float64, (n + m, n + m); for ``"optimistic"`` twice that each way.

    Raises:
        TypeError, ValueError: an unknown method, or an argument of the wrong kind or range.

    Sources: Mescheder et al. (2018), lemmas 2.3 and 2.4; Gidel et al. (2019), A variational
    inequality perspective on GANs, section 3; Daskalakis et al. (2018), Training GANs with
    optimism.

    >>> update_matrix("alternating", 0.5)
    tensor([[ 1.0000, -0.5000],
            [ 0.5000,  0.7500]], dtype=torch.float64)
    """
    check_choice("method", method, METHODS)
    step_size = check_number("step_size", step_size)
    damping = check_number("damping", damping, strict=False)
    game = torch.ones(1, 1) if game is None else check_tensor("game", game, ("n", "m"))
    M = game.detach().double()
    n, m = M.shape
    field = torch.zeros(n + m, n + m, dtype=torch.float64)
    field[:n, n:], field[n:, :n] = M, -M.mT
    field[n:, n:] = damping * torch.eye(m, dtype=torch.float64)
    eye, move = torch.eye(n + m, dtype=torch.float64), step_size * field
    if method == "simultaneous":
        return eye - move
    if method == "extragradient":
        return eye - move + move @ move
    if method == "alternating":
        first, second = eye.clone(), eye.clone()
        first[:n] -= move[:n]
        second[n:] -= move[n:]
        return second @ first
    return torch.cat([torch.cat([eye - 2 * move, move], 1), torch.cat([eye, 0 * eye], 1)])


def spectral_radius(matrix: Tensor) -> Tensor:
    """Return the largest modulus of the eigenvalues of a square matrix, a scalar.

    Below 1 every start converges to 0. Above 1 almost every start diverges.

    >>> spectral_radius(update_matrix("simultaneous", 0.75))
    tensor(1.2500, dtype=torch.float64)
    """
    return torch.linalg.eigvals(check_tensor("matrix", matrix, ("D", "D"))).abs().max()


def bilinear_radius(method: str, step_size: float) -> float:
    r"""Spectral radius of the scalar game in closed form, with :math:`h=\eta\sigma` as step size.

    Beyond what the module's table gives: alternating steps with h > 2 have
    :math:`\bigl(h^2-2+h\sqrt{h^2-4}\bigr)/2`; at h = 2 the radius is 1 but the eigenvalue -1 is
    a double one of a single eigenvector, and the players drift away. Optimistic steps have

    .. math:: \sqrt{\tfrac12\bigl(1+\sqrt{1-4h^2}\bigr)}\ \ (h\le\tfrac12),\qquad
        \tfrac12\sqrt{1+\bigl(2h+\sqrt{4h^2-1}\bigr)^2}\ \ (h>\tfrac12).

    A general game has the largest of these over its singular values (and a radius of 1 at least
    where M is not square or not invertible: some directions then do not move).

    Args:
        method: one of ``METHODS``.
        step_size: h > 0.

    Source: derived from :func:`update_matrix`.

    >>> bilinear_radius("simultaneous", 0.75), bilinear_radius("alternating", 0.75)
    (1.25, 1.0)
    """
    check_choice("method", method, METHODS)
    h = check_number("step_size", step_size)
    if method == "simultaneous":
        return math.sqrt(1 + h**2)
    if method == "alternating":
        return 1.0 if h <= 2 else (h**2 - 2 + h * math.sqrt(h**2 - 4)) / 2
    if method == "extragradient":
        return math.sqrt(1 - h**2 + h**4)
    if h <= 0.5:
        return math.sqrt((1 + math.sqrt(1 - 4 * h**2)) / 2)
    return math.sqrt(1 + (2 * h + math.sqrt(4 * h**2 - 1)) ** 2) / 2


def trajectory(
    method: str,
    step_size: float,
    start: Tensor,
    steps: int,
    game: Tensor | None = None,
    *,
    damping: float = 0.0,
) -> Tensor:
    r"""Return where the players stand after 0, 1, ... steps.

    Args:
        method: one of ``METHODS``; optimistic players begin as if they had stood still before.
        step_size: > 0.
        start: (n + m,) floating point, the numbers of a, then of b.
        steps: T >= 0.
        game: M, (n, m); None for the scalar game, n = m = 1.
        damping: :math:`\gamma \ge 0`.

    Returns:
        (T + 1, n + m) float64.

    Raises:
        TypeError, ValueError: as in :func:`update_matrix`.

    >>> trajectory("simultaneous", 1.0, torch.tensor([1.0, 0.0]), 2).tolist()  # outwards
    [[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]]
    """
    matrix = update_matrix(method, step_size, game, damping=damping)
    size = len(matrix) // 2 if method == "optimistic" else len(matrix)
    z = check_tensor("start", start, (size,)).detach().double()
    state = torch.cat([z, z]) if method == "optimistic" else z
    places = [z]
    for _ in range(check_int("steps", steps, low=0)):
        state = matrix @ state
        places.append(state[:size])
    return torch.stack(places)
