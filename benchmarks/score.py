"""Score two folders of PNGs, beside torch-fidelity, which drives the same network by its hook.

``speed``: images a second, whole and with a network that costs nothing, in turns.
``same``: how far the numbers are apart.
``stages``: CPU time of the parts on one thread.
``inception``: torch-fidelity's own Inception and ours, with the same random weights.
``memory``: peak of the memory that is not backed by a file, from 1,000 to 20,000 images a side.
``kill``: runs killed at random moments and called again until they end.

python benchmarks/score.py speed --images 5000 --rounds 3
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import torch
import torchvision_names  # noqa: F401, before the peer
from interleave import threads
from PIL import Image
from torch import Tensor
from torch.nn import functional
from torch_fidelity import calculate_metrics, register_feature_extractor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric
from torchvision.transforms.functional import pil_to_tensor

from gentutor.data import crops
from gentutor.metrics.moments import Moments
from gentutor.metrics.networks.features import Activations, Extractor
from gentutor.metrics.networks.inception import Inception
from gentutor.parallel import as_done
from gentutor.scoring import Report, score, shards
from gentutor.scoring.networks import Eye, resized
from gentutor.scoring.of_sets import of_sets
from gentutor.scoring.sources import read_one
from gentutor.scoring.statistics import Features

warnings.filterwarnings("ignore", message="This DataLoader will create")
SETS = ("fid", "kid", "is", "precision-recall")
RESULTS = Path(__file__).parent / "results" / "score.json"


class Pooled(Extractor):
    """A network that costs nothing: 768 means of pixels, and ten of them for logits."""

    name = "pooled"
    input_range = (0.0, 1.0)
    image_shape = (3, None, None)
    weight_hash = "none"

    def __init__(self) -> None:
        super().__init__()
        self.register_parameter("none", torch.nn.Parameter(torch.zeros(())))
        self.eval()

    def activations(self, x: Tensor) -> Activations:
        """Map images to features (N, 768) and logits (N, 10)."""
        features = functional.adaptive_avg_pool2d(x, 16).flatten(1)
        return Activations(features, 10 * features[:, :10], ())


def driven(name: str, eye: Eye, dtype: torch.dtype = torch.float32) -> str:
    """Register our network with torch-fidelity; return its name there."""

    class Driven(FeatureExtractorBase):
        def __init__(self, name: str, features: list[str], **_: Any) -> None:
            super().__init__(name, features)

        @staticmethod
        def get_provided_features_list() -> tuple[str, ...]:
            return ("features", "logits")

        @staticmethod
        def get_default_feature_layer_for_metric(metric: str) -> str:
            return "logits" if metric == "isc" else "features"

        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            found = eye(x[:, : eye.extractor.image_shape[0]])
            return tuple(getattr(found, name).to(dtype) for name in self.features_list)

    register_feature_extractor(name, Driven)
    return name


def lay(folder: Path, count: int, *, noise: float, grey: bool = False) -> Path:
    """Write crops of photographs, 64 x 64, as PNGs."""
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(0)
    x = crops(count, 64, seed=int(100 * noise)).x
    x = (x + noise * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    for i, image in enumerate((x * 255).round().byte().permute(0, 2, 3, 1).numpy()):
        picture = Image.fromarray(image)
        (picture.convert("L") if grey else picture).save(folder / f"{i:05}.png")
    return folder


def ours(real: Path, fake: Path, eye: Eye, jobs: int) -> dict[str, float]:
    """Return our scores under torch-fidelity's names."""
    found = score(real, fake, SETS, eye.network, weights=eye.weights, resize=eye.resize, jobs=jobs)
    return named(found)


def named(report: Report) -> dict[str, float]:
    """Return metric -> value."""
    return {one.metric: one.value for one in report.scores}


def theirs(real: Path, fake: Path, extractor: str, **rest: Any) -> dict[str, float]:
    """Return torch-fidelity's scores under our names."""
    size = min(1000, *(len(list(folder.iterdir())) for folder in (real, fake)))
    found = calculate_metrics(
        input1=str(fake),
        input2=str(real),
        feature_extractor=extractor,
        **{"isc": True, "fid": True, "kid": True, "prc": True, "kid_subset_size": size},
        **{"cuda": False, "cache": False, "verbose": False},
        **rest,
    )
    keys = {
        "FID": "frechet_inception_distance",
        "KID": "kernel_inception_distance_mean",
        "IS": "inception_score_mean",
        "precision": "precision",
        "recall": "recall",
    }
    return {ours: found[name] for ours, name in keys.items()}


def in_turns(name: str, contenders: dict[str, Callable[[], Any]], count: int, rounds: int) -> Any:
    """Time both in turns, in an order that changes; print and return medians and ratios."""
    seconds: dict[str, list[float]] = {who: [] for who in contenders}
    cpu: dict[str, list[float]] = {who: [] for who in contenders}
    values: dict[str, dict[str, float]] = {}
    for turn in range(rounds):
        for who in list(contenders)[:: 1 if turn % 2 else -1]:
            start, used = time.perf_counter(), cpu_seconds()
            values[who] = contenders[who]()
            seconds[who].append(time.perf_counter() - start)
            cpu[who].append(cpu_seconds() - used)
            print(name, who, f"{seconds[who][-1]:.1f} s, CPU {cpu[who][-1]:.1f} s", flush=True)
    mine, peer = values["gentutor"], values["torch-fidelity"]
    apart = {m: abs(mine[m] - peer[m]) / max(1, abs(peer[m])) for m in peer}
    ratios = [t / o for o, t in zip(*(seconds[w] for w in contenders), strict=True)]
    rates = {who: round(count / statistics.median(times), 1) for who, times in seconds.items()}
    load = [round(one, 1) for one in os.getloadavg()]
    report = {
        "case": name,
        "images a second": rates,
        "times the peer": round(statistics.median(ratios), 2),
        "of each round": [round(ratio, 2) for ratio in ratios],
        "seconds": seconds,
        "CPU seconds, with those of other processes": cpu,
        "apart": apart,
        "load": load,
    }
    print(json.dumps(report, indent=1), flush=True)
    return report


def cpu_seconds() -> float:
    """Return what this process and its children that have ended used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def speed(options: argparse.Namespace, folder: Path) -> list[Any]:
    """Compare images a second."""
    found = []
    for case, eye in {
        "digits": Eye("digits", resize="8"),
        "pooled": Eye(Pooled()),
        "efficientnet-lite0": Eye("efficientnet-lite0"),
    }.items():
        if case not in options.networks:
            continue
        grey = case == "digits"
        real, fake = (
            lay(folder / f"{case}{noise}", options.images, noise=noise, grey=grey)
            for noise in (0, 0.05)
        )
        extractor = driven(f"ours-{case}", eye)
        contenders = {
            "gentutor": lambda r=real, f=fake, e=eye: ours(r, f, e, options.jobs),
            "torch-fidelity": lambda r=real, f=fake, x=extractor: theirs(r, f, x),
        }
        name = f"{case}, {options.images} + {options.images}"
        found.append(in_turns(name, contenders, 2 * options.images, options.rounds))
    return found


def same(options: argparse.Namespace, folder: Path) -> list[Any]:
    """Compare numbers; torch-fidelity averages in the precision of what it gets."""
    eye = Eye("digits", resize="8")
    real, fake = (lay(folder / f"s{n}", options.images, noise=n, grey=True) for n in (0, 0.05))
    mine, found = ours(real, fake, eye, options.jobs), []
    for dtype in (torch.float32, torch.float64):
        peer = theirs(real, fake, driven(f"same-{dtype}".replace(".", "-"), eye, dtype))
        apart = {m: abs(mine[m] - peer[m]) / max(1, abs(peer[m])) for m in peer}
        found.append({"images a side": options.images, "peer's features": str(dtype)} | apart)
    return found


def inception(options: argparse.Namespace, folder: Path) -> list[Any]:
    """Compare with torch-fidelity's own Inception, from one file of random weights."""
    torch.manual_seed(0)
    weights = folder / "random.pth"
    state = Inception().state_dict()
    torch.save(state, weights)
    real, fake = (lay(folder / f"i{n}", options.images, noise=n) for n in (0, 0.05))
    eye = Eye("inception", weights)
    rest = {"feature_extractor_weights_path": str(weights)}
    contenders = {
        "gentutor": lambda: ours(real, fake, eye, options.jobs),
        "torch-fidelity": lambda: theirs(real, fake, "inception-v3-compat", **rest),
    }
    name = f"inception, {options.images} + {options.images}"
    return [in_turns(name, contenders, 2 * options.images, options.rounds)]


def stages(options: argparse.Namespace, folder: Path) -> list[Any]:
    """Time the parts on one thread: CPU milliseconds of ours, and of the peer's way."""
    files = sorted(lay(folder / "stages", 500, noise=0).iterdir())
    images = torch.stack([read_one("real", file, None) for file in files])
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, options.images, 768, generator=generator).relu_()
    logits = 3 * torch.randn(options.images, 1000, generator=generator)
    sides = [Features({}, Moments().update(one), one, logits, "") for one in (x, y)]

    def wide(image: Tensor) -> Tensor:
        found = functional.interpolate(image.double(), (8, 8), mode="bicubic", antialias=True)
        return found.clamp_(0, 255).float()

    def fidelity(file: Path) -> Tensor:
        return pil_to_tensor(Image.open(file).convert("RGB"))

    def moments(one: Tensor) -> dict[str, Any]:
        return fid_features_to_statistics(one)

    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "read 500 PNGs": (
            lambda: [read_one("real", file, None) for file in files],
            lambda: [fidelity(file) for file in files],
        ),
        "checksums of 500": (lambda: [crc32(one.numpy().tobytes()) for one in images], int),
        "resize 500 to 8 x 8": (lambda: resized(images, 8), lambda: wide(images)),
        "FID": (
            lambda: of_sets("fid", *sides),
            lambda: fid_statistics_to_metric(moments(x), moments(y), False),
        ),
        "KID": (
            lambda: of_sets("kid", *sides),
            lambda: kid_features_to_metric(x, y, verbose=False),
        ),
        "IS": (lambda: of_sets("is", *sides), lambda: isc_features_to_metric(logits)),
        "precision and recall": (
            lambda: of_sets("precision-recall", *sides),
            lambda: prc_features_to_metric(x, y, verbose=False),
        ),
    }
    found = []
    with threads(1):
        for name, both in pairs.items():
            times: list[list[float]] = [[], []]
            for _ in range(options.rounds):
                for run, into in zip(both, times, strict=True):
                    start = time.process_time()
                    run()
                    into.append(1e3 * (time.process_time() - start))
            ours, peer = (round(statistics.median(one), 1) for one in times)
            found.append({"stage": name, "ours, CPU ms": ours, "peer": peer})
            print(found[-1], flush=True)
    for fork in (True, False):
        start = time.perf_counter()
        list(as_done(load_scoring, [1, 2], jobs=2, fork=fork))
        found.append({"two processes, forked": fork, "seconds": time.perf_counter() - start})
        print(found[-1], flush=True)
    return found


def load_scoring(_: int) -> None:
    """Have what a worker needs."""
    import gentutor.scoring  # noqa: F401


def anonymous() -> int:
    """Return the bytes of this process that are not backed by a file."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) * 1024


def memory(options: argparse.Namespace, folder: Path) -> list[Any]:
    """Measure each size in a process of its own; many images are links to some."""
    some = [lay(folder / f"some{noise}", 1000, noise=noise) for noise in (0, 0.05)]
    found = []
    for count in options.sizes:
        sides = []
        for one in some:
            side = folder / f"{one.name}-{count}"
            side.mkdir()
            files = sorted(one.iterdir())
            for i in range(count):
                os.link(files[i % len(files)], side / f"{i:06}.png")
            sides.append(side)
        command = [sys.executable, __file__, "peak", *map(str, sides)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append({"images a side": count} | json.loads(done.stdout.splitlines()[-1]))
        print(found[-1], flush=True)
    return found


def peak(real: str, fake: str) -> None:
    """Score once, and print the peak."""
    score(*lay_few(), SETS, Pooled(), jobs=1)  # buffers of the first run
    before, most, done = anonymous(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            most[0] = max(most[0], anonymous())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    score(real, fake, SETS, Pooled(), jobs=1)
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    print(json.dumps({"peak MB": round((most[0] - before) / 1e6, 1), "seconds": round(seconds)}))


def lay_few() -> list[Path]:
    """Lay two small folders."""
    folder = Path(tempfile.mkdtemp())
    return [lay(folder / str(noise), 70, noise=noise) for noise in (0, 0.05)]


def kill(options: argparse.Namespace, folder: Path) -> list[Any]:
    """Kill a run at a random moment, call it again, compare: so many times."""
    real, fake = (lay(folder / f"k{n}", options.images, noise=n, grey=True) for n in (0, 0.05))
    shards.AIM = 64
    metrics = (*SETS, "psnr", "lpips")

    def run(out: Path) -> None:
        score(real, fake, metrics, "digits", resize="8", jobs=2, out=out)

    run(folder / "first.json")  # slower than the rest, which find everything loaded
    start = time.perf_counter()
    run(folder / "whole.json")
    whole = time.perf_counter() - start
    expected = (folder / "whole.json").read_text(encoding="utf-8")
    rng, same, went_on = random.Random(options.seed), 0, 0
    for turn in range(options.rounds):
        out = folder / f"{turn}.json"
        child = multiprocessing.get_context("fork").Process(target=run, args=(out,))
        child.start()
        time.sleep(rng.uniform(0, whole))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        work = out.with_name(f".{out.name}.shards")
        lines = sum(file.read_text().count('"shard"') for file in work.glob("*.journal"))
        went_on += lines > 0
        run(out)
        same += out.read_text(encoding="utf-8") == expected
        print(f"run {turn}: {lines} shards were kept; same so far {same}", flush=True)
    left = [str(one) for one in folder.glob(".*")]
    return [{"runs": options.rounds, "same": same, "with shards kept": went_on, "left": left}]


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["speed", "same", "stages", "inception", "memory", "kill"])
    parser.add_argument("--images", type=int, default=5000, help="a side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--networks", nargs="+", default=["digits", "pooled"])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 20_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = globals()[options.what](options, Path(folder))
    RESULTS.parent.mkdir(exist_ok=True)
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(
        json.dumps(before | {options.what: found}, indent=1) + "\n", encoding="utf-8"
    )
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        peak(*sys.argv[2:])
    else:
        main()
