"""Two sets of images, or of their features, to scores with labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gentutor.checks import check_choice
from gentutor.metrics.networks.features import Extractor
from gentutor.metrics.score import PIXELS, Score, ScoreOverParts
from gentutor.progress import progress
from gentutor.scoring.extract import How, Plan, open_side, plan, run, work_folder
from gentutor.scoring.networks import Eye
from gentutor.scoring.of_sets import (
    OF_SETS,
    check_classifier,
    check_same_label,
    check_saved,
    of_sets,
)
from gentutor.scoring.report import Report, Side, save_report
from gentutor.scoring.shards import IN_PAIRS
from gentutor.scoring.sources import Source
from gentutor.scoring.statistics import Features, save_statistics

METRICS = (*OF_SETS, *IN_PAIRS)


def score(
    real: str | Path,
    generated: str | Path,
    metrics: Sequence[str] = ("fid", "kid"),
    network: str | Extractor = "efficientnet-lite0",
    *,
    weights: str | Path | None = None,
    resize: str | None = None,
    batch: int = 64,
    threads: int = 1,
    skip: bool = False,
    jobs: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
) -> Report:
    r"""Score generated images against real ones.

    Of sets, by features :math:`x` of the real and :math:`y` of the generated images with moments
    :math:`\mu, \Sigma`, logits :math:`p`, and the kernel :math:`k(a,b)=(a^\top b/D+1)^3`:

    .. math::
        \mathrm{FID} &= \|\mu_x-\mu_y\|^2 + \operatorname{tr}\bigl(\Sigma_x+\Sigma_y
            -2(\Sigma_x\Sigma_y)^{1/2}\bigr) \\
        \mathrm{KID} &= \mathbb E_{x\ne x'}k(x,x') + \mathbb E_{y\ne y'}k(y,y')
            - 2\,\mathbb E_{x,y}k(x,y) \\
        \mathrm{IS} &= \exp \mathbb E_y \operatorname{KL}\bigl(p(c\mid y)\,\|\,p(c)\bigr)

    Precision, recall, density and coverage count neighbours, as in
    :func:`gentutor.metrics.precision_recall`. Of pairs, PSNR, SSIM, MS-SSIM and LPIPS are those of
    :mod:`gentutor.metrics`, averaged over the pairs, images as bytes of 0 to 255.

    Args:
        real: a folder of images, an .npz or .safetensors of images or features, or statistics
            that :func:`stats` saved.
        generated: likewise.
        metrics: "fid", "kid", "is", "precision-recall" of sets; "psnr", "ssim", "ms-ssim",
            "lpips" of pairs, which are files of the same name without its ending.
        network: "digits", "efficientnet-lite0", "inception", "vgg", "alexnet", "squeezenet", or
            an extractor that can be pickled.
        weights: file of the last four.
        resize: side in pixels to which images are resized before the network; of "inception" also
            "tensorflow" (the default), "torch" or "bicubic", its own ways to 299 x 299.
        batch: images that the network sees at once.
        threads: of torch in each process. Equal batch and threads give equal bits, whatever the
            number of processes and machines.
        skip: leave out files that cannot be used; the report counts and names them.
        jobs: processes of this machine; None for one a core.
        cluster: address of a Dask scheduler whose workers see the same files, or None.
        out: file of the report, in JSON. What is done is kept beside it until it stands, so that
            a run that was killed goes on when it is called again.

    Raises:
        TypeError, ValueError, OSError: an argument that is wrong, an image that cannot be used, a
            full disk; names it. What is done stays for the next call.
    """
    for metric in metrics:
        check_choice("metric", metric, METRICS)
    if not metrics:
        raise ValueError(f"metric: expected some of {', '.join(METRICS)}, got none")
    eye = Eye(network, Path(weights).absolute() if weights else None, resize)
    how = How(eye, batch, threads, skip, jobs, cluster)
    paths = {"real": Path(real), "generated": Path(generated)}
    sets = [metric for metric in OF_SETS if metric in metrics]
    pairs = tuple(metric for metric in IN_PAIRS if metric in metrics)
    with work_folder(Path(out) if out else None) as work:
        sides = {name: open_side(name, path, work) for name, path in paths.items()}
        plans = _plans(work, sides, how, sets, pairs)
        seen = {name: side for name, side in sides.items() if isinstance(side, Features)}
        run(list(plans.values()), how)
        seen |= {name: one.features for name, one in plans.items() if name != "pairs"}
        scores, options = _of_sets(sets, seen.get("real"), seen["generated"]) if sets else ([], {})
        if pairs:
            scores += _of_pairs(pairs, plans["pairs"])
        first, second = (
            _report_side(paths[name], seen.get(name), plans.get("pairs"))
            for name in ("real", "generated")
        )
        report = Report(tuple(scores), options, first, second, batch=batch, threads=threads)
        if out:
            save_report(out, report)
        for one in plans.values():
            one.store.remove()
        for file in work.glob("*.npy"):
            file.unlink()
    return report


def stats(
    images: str | Path,
    out: str | Path,
    network: str | Extractor = "efficientnet-lite0",
    *,
    features: bool = False,
    weights: str | Path | None = None,
    resize: str | None = None,
    batch: int = 64,
    threads: int = 1,
    skip: bool = False,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Features:
    """Save the statistics of a set, to be given to :func:`score` in the place of its images.

    Args:
        images: a folder, an .npz or a .safetensors.
        out: the file; a ``.safetensors``.
        features: keep all features and logits too, which "kid", "is" and "precision-recall" need;
            without, moments alone, which are all that "fid" needs.
        network: as of :func:`score`, like all that follow.
        weights: file of the network's weights.
        resize: side in pixels before the network.
        batch: images that the network sees at once.
        threads: of torch in each process.
        skip: leave out files that cannot be used.
        jobs: processes of this machine; None for one a core.
        cluster: address of a Dask scheduler, or None.

    Returns:
        What was saved: ``count``, ``label`` and ``skipped``.

    Raises:
        TypeError, ValueError, OSError: as of :func:`score`.
    """
    if Path(out).suffix != ".safetensors":
        raise ValueError(f"out: expected a name that ends in .safetensors, got {out}")
    eye = Eye(network, Path(weights).absolute() if weights else None, resize)
    how = How(eye, batch, threads, skip, jobs, cluster)
    with work_folder(Path(out)) as work:
        side = open_side("images", Path(images), work)
        plans = []
        if isinstance(side, Source):
            eye.check()
            plans = [plan(work, (side,), how)]
            run(plans, how)
            side = plans[0].features
        save_statistics(out, side, whole=features)
        for one in plans:
            one.store.remove()
        for file in work.glob("*.npy"):
            file.unlink()
    return side


def _plans(
    work: Path,
    sides: dict[str, Source | Features],
    how: How,
    sets: Sequence[str],
    pairs: tuple[str, ...],
) -> dict[str, Plan]:
    """Return what must be computed: a plan a side, and one for the pairs.

    Raises:
        ValueError: sides that no score can be made of, found before images are seen.
    """
    wanted = [] if not sets else ["generated"] if sets == ["is"] else ["real", "generated"]
    to_see = [name for name in wanted if isinstance(sides[name], Source)]
    if to_see or "lpips" in pairs:
        how.eye.check()
    plans = {name: plan(work, (_source(name, sides[name]),), how) for name in to_see}
    for name in wanted:
        side = sides[name]
        if isinstance(side, Features):
            check_saved(name, sets, side)
    if "is" in sets and "generated" in plans:
        check_classifier(how.eye, plans["generated"].shards[0].parts[0].shape)
    if len(wanted) == 2:
        check_same_label(*(_label(name, sides, plans) for name in wanted))
    if pairs:
        both = [_source(name, side) for name, side in sides.items()]
        plans["pairs"] = plan(work, both, how, pairs)
    return plans


def _source(name: str, side: Source | Features) -> Source:
    if isinstance(side, Features):
        raise ValueError(f"{name}: expected images, which pairs are compared by, got features")
    return side


def _label(
    name: str, sides: dict[str, Source | Features], plans: dict[str, Plan]
) -> Mapping[str, str]:
    side = sides[name]
    return side.label if isinstance(side, Features) else plans[name].label


def _of_sets(
    metrics: Sequence[str], real: Features | None, fake: Features
) -> tuple[list[Score], dict[str, dict[str, int]]]:
    scores, options = [], {}
    with progress(len(metrics), "metric") as bar:
        for metric in metrics:
            for name, (value, depends) in of_sets(metric, real, fake).items():
                n_real = 0 if name == "IS" or real is None else real.count
                scores.append(
                    Score.of(name, value, _Label(fake.label), n_fake=fake.count, n_real=n_real)
                )
                options[name] = depends
            bar.update()
    return scores, options


def _of_pairs(metrics: Sequence[str], done: Plan) -> list[Score]:
    """Return the mean over pairs of each metric, with the spread where it is finite."""
    rows = done.store.rows("pairs")
    if rows is None:
        raise ValueError(f"expected a usable pair, got none: {done.store.skipped[0]}")
    scores = []
    for metric, values in zip(metrics, rows.double().unbind(1), strict=True):
        finite = bool(values.isfinite().all())
        value = ScoreOverParts.of(values, ddof=1) if finite else values.mean()
        seen_by = _Label(done.label) if metric == "lpips" else PIXELS
        scores.append(Score.of(metric.upper(), value, seen_by, n_fake=len(values), paired=True))
    return scores


class _Label:
    """A label in the place of the network itself, which has done its work elsewhere."""

    def __init__(self, label: Mapping[str, str]) -> None:
        self.name, self.weight_hash = label["network"], label["weight_hash"]
        self.resize = label["resize"]


def _report_side(path: Path, seen: Features | None, pairs: Plan | None) -> Side:
    if seen is not None:
        return Side(str(path), seen.count, seen.skipped, seen.content)
    if pairs is not None:
        return Side(str(path), pairs.store.count, tuple(pairs.store.skipped))
    return Side(str(path), 0)
