"""The mode-collapse lab: GANs that the reader trains in the page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure

from gentutor.widgets.arrays import Arrays
from gentutor.widgets.explorable import Explorable, source
from gentutor.widgets.trainer import trainer

TARGETS = ("ring", "grid", "two_moons", "spirals", "own")
GAMES = (
    "minimax",
    "non_saturating",
    "r1",
    "least_squares",
    "hinge",
    "wgan_clip",
    "wgan_gp",
    "wgan_gp_one_sided",
)
POSITIVE = ("lr_d", "lr_g", "gp_weight", "clip")
WHOLE = {"n_critic": (1, 10), "seed": (0, 9999)}
SETTINGS = (
    *("target", "objective", "lr_d", "lr_g", "n_critic", "gp_weight", "clip"),
    *("pack", "collapsed", "seed", "seeds", "points"),
)
PARTS = ("settings", "controls", "plane", "charts", "words", "runs", "phase", "python")
AXES = ("objective", "lr_ratio", "n_critic")
OUTCOMES = {"m20": 8, "reverse_kl": 9, "quality": 1}  # and the most that each can be, on the ring


class ModeCollapseLab(Explorable, settings=SETTINGS):
    r"""Train GANs on a plane, one step or thousands, and see how many modes they serve.

    Both networks are ReLU MLPs with two hidden layers of 32 units, :math:`z\in\mathbb R^2`,
    batches of 128, Adam with decay rates (0.5, 0.9). They train in the browser, in a worker, by the
    package's eight objectives (:data:`gentutor.objectives.adversarial.OBJECTIVES`); coverage and
    its verdict are those of :func:`gentutor.metrics.mode_coverage`, on 2,500 samples.
    A curve is cut into 16 pieces that stand for modes.

    A notebook can observe, link or set every setting, and ``running``; the page writes ``step``
    about once a second. Rates, D's steps, λ and c work from the next step on; any other setting
    begins a run anew. Training never starts by itself. After :meth:`drive` the same settings also
    train in Python: on the lab's button, or when the notebook raises ``request``; what comes back
    stands in ``reply``. In the rendered book a link that ends in ``#lab&objective=wgan_gp&…``
    carries settings.

    Args:
        picture: what is shown on paper and without scripts.
        caption: plain text below the figure.
        alt: plain text for those who cannot see the picture.
        recorded: None; a recorded phase diagram; or a sentence that says why there is none. A
            diagram has the axes ``objective``, ``lr_ratio`` (D's rate over G's), ``n_critic``, and
            ``verdict``: (O, C, N, S) places in ``VERDICTS`` of
            :mod:`gentutor.metrics.mode_coverage`, of S seeds from the collapsed start
            on the ring. ``settings``, if there, maps an objective to what it was recorded with,
            such as ``{"r1": {"gp_weight": 0.3}}``. ``m20``, ``quality`` and ``reverse_kl``, if
            there, are what each seed reached, (O, C, N, S), NaN where a run has none; ``steps`` is
            after how many of G. A press on a cell loads its settings and shows its runs.
        target: ``"ring"``, ``"grid"``, ``"two_moons"``, ``"spirals"`` or ``"own"``.
        objective: a key of ``OBJECTIVES``.
        lr_d, lr_g: Adam's learning rates, > 0.
        n_critic: D's steps for one of G, 1 to 10.
        gp_weight: λ > 0, if the objective has a penalty.
        clip: c > 0, if the objective clips.
        pack: samples that D judges at once: 1, 2, 4 or 8.
        collapsed: whether G starts at one mode, else spread out.
        seed: of weights, data and noise, 0 to 9,999.
        seeds: 1, or 8 that run side by side from ``seed`` on.
        points: of the target ``"own"``: up to 32 pairs in [-3, 3]; each a mode with sd 0.1.

    Raises:
        TypeError: an argument of another type.
        ValueError: values outside their range; says which.
        traitlets.TraitError: a setting of another type, or a choice that there is not.

    >>> from matplotlib.figure import Figure
    >>> lab = ModeCollapseLab(picture=Figure(), caption="A lab.", alt="A ring.", objective="hinge")
    >>> lab.objective, lab.n_critic, lab.running
    ('hinge', 5, False)
    """

    _esm = trainer("trainer_gan.js", "trainer_gan_run.js") + source(
        "kit.js", *(f"mode_lab_{part}.js" for part in PARTS), "mode_lab.js"
    )
    _css = source("kit.css", "mode_lab.css", "mode_lab_phase.css")
    target = traitlets.Enum(TARGETS, "ring").tag(sync=True)
    objective = traitlets.Enum(GAMES, "non_saturating").tag(sync=True)
    lr_d = traitlets.Float(1e-3).tag(sync=True)
    lr_g = traitlets.Float(1e-3).tag(sync=True)
    n_critic = traitlets.Int(5).tag(sync=True)
    gp_weight = traitlets.Float(0.1).tag(sync=True)
    clip = traitlets.Float(0.1).tag(sync=True)
    pack = traitlets.Enum((1, 2, 4, 8), 1).tag(sync=True)
    collapsed = traitlets.Bool(True).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    seeds = traitlets.Enum((1, 8), 1).tag(sync=True)
    points: traitlets.List[Any] = traitlets.List().tag(sync=True)
    recorded = traitlets.Dict().tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    driven = traitlets.Bool(False).tag(sync=True)
    request = traitlets.Int(0).tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        picture: Figure,
        caption: str,
        alt: str,
        recorded: Mapping[str, Any] | str | None = None,
        **traits: Any,
    ) -> None:
        arrays = Arrays()
        diagram = _diagram(recorded, arrays)
        super().__init__(
            arrays=arrays, picture=picture, caption=caption, alt=alt, recorded=diagram, **traits
        )

    def drive(self, engine: Callable[[dict[str, Any]], Iterable[Mapping[str, Any]]]) -> None:
        """Let ``engine`` train what the lab is set to, whenever ``request`` rises.

        Args:
            engine: takes all settings by name and yields reports, such as
                ``gentutor.training.live.train_live``; ``x`` in a report, (R, N, 2) samples,
                reaches the page as float32. ``status`` is then ``"training"``, at the end
                ``"done"``, ``"interrupted"`` or the engine's error in words.

        Raises:
            TypeError: it cannot be called.
        """
        if not callable(engine):
            raise TypeError(f"engine: expected a function, got {type(engine).__name__}")
        if not self.driven:
            self.observe(lambda change: self._train(), "request")
            self.on_msg(lambda widget, content, buffers: self.send({"heard": content}))
        self._engine, self.driven = engine, True

    def _train(self) -> None:
        self.status = "training"
        try:
            for report in self._engine({name: getattr(self, name) for name in SETTINGS}):
                x = np.ascontiguousarray(report["x"], dtype="<f4")
                self.reply = {**report, "x": x.tobytes(), "runs": len(x)}
        except KeyboardInterrupt:
            self.status = "interrupted"
        except Exception as error:  # whatever it is, the reader must see it in its place
            self.status = f"{type(error).__name__}: {error}"
        else:
            whole = self.reply.get("step") == self.reply.get("steps")
            self.status = "done" if whole else "interrupted"

    @traitlets.validate(*POSITIVE)
    def _positive(self, proposal: dict[str, Any]) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 < value < float("inf"):
            raise ValueError(f"{name}: expected a positive number, got {value!r}")
        return float(value)

    @traitlets.validate(*WHOLE)
    def _between(self, proposal: dict[str, Any]) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = WHOLE[name]
        if not low <= value <= high:
            raise ValueError(f"{name}: expected {low} to {high}, got {value}")
        return int(value)

    @traitlets.validate("points")
    def _in_the_plane(self, proposal: dict[str, Any]) -> list[list[float]]:
        points = proposal["value"]
        if len(points) > 32:
            raise ValueError(f"points: expected at most 32, got {len(points)}")
        for point in points:
            pair = isinstance(point, Sequence) and len(point) == 2
            if not (pair and all(isinstance(v, int | float) and -3 <= v <= 3 for v in point)):
                raise ValueError(f"points: expected pairs of numbers in [-3, 3], got {point!r}")
        return [[float(v) for v in point] for point in points]


def _diagram(recorded: Mapping[str, Any] | str | None, arrays: Arrays) -> dict[str, Any]:
    """Return the diagram's axes, checked, and add its verdicts to the arrays."""
    if recorded is None:
        return {}
    if isinstance(recorded, str):
        return {"missing": recorded}
    if not isinstance(recorded, Mapping):
        raise TypeError(f"recorded: expected a mapping, got {type(recorded).__name__}")
    for name in (*AXES, "verdict"):
        if name not in recorded:
            raise ValueError(f"recorded: {name} is missing")
    axes = {name: list(recorded[name]) for name in AXES}
    for game in axes["objective"]:
        if game not in GAMES:
            raise ValueError(
                f"recorded: objective: expected one of {', '.join(GAMES)}; got {game!r}"
            )
    verdict = arrays.add("verdict", recorded["verdict"], "O C N S", "class")
    for axis, size in zip(AXES, verdict.shape, strict=False):
        if len(axes[axis]) != size:
            raise ValueError(f"recorded: expected {size} values of {axis}, got {len(axes[axis])}")
    if verdict.max() > 4:
        raise ValueError(f"recorded: expected verdicts from 0 to 4, got {verdict.max():g}")
    for name in (name for name in OUTCOMES if name in recorded):
        _add_outcome(name, recorded[name], arrays)
    extra = {"settings": dict(recorded.get("settings", {})), "steps": recorded.get("steps", 0)}
    return {**axes, **extra}


def _add_outcome(name: str, values: Any, arrays: Arrays) -> None:
    """Add what each run reached; -1 stands for NaN, which the page does not take."""
    found = np.asarray(values, dtype=np.float64)
    reached = found[~np.isnan(found)]
    if reached.size and not 0 <= reached.min() <= reached.max() <= OUTCOMES[name]:
        got = f"{reached.min():g} to {reached.max():g}"
        raise ValueError(f"recorded: expected {name} from 0 to {OUTCOMES[name]}, got {got}")
    arrays.add(name, np.where(np.isnan(found), -1, found), "O C N S", "float16")
