"""LPIPS of the distortion lab's pictures: ``python -m gentutor.recording.lab_lpips``.

The lab runs in a page, where there is no network. So its own script distorts the photographs here,
in Node, and LPIPS-efficientnet-lite0 is recorded at a few strengths of every distortion.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from gentutor.data import photograph
from gentutor.metrics import lpips
from gentutor.metrics.networks.efficientnet import EfficientNetLite0, efficientnet_extractor

FILE = Path(__file__).parents[2] / "recordings" / "lab_lpips.safetensors"
SCRIPT = Path(__file__).parents[1] / "widgets" / "image_pairs.js"
PHOTOGRAPHS = ("camera", "chelsea", "grass")
STRENGTHS = (0.01, 0.03, 1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 5 / 8, 3 / 4, 7 / 8, 1)
MSE = 0.005  # to which the lab scales a change where it holds the error
NODE = """
const { readFileSync } = require("node:fs");
const text = readFileSync(process.argv[1], "utf8");
const { distorted, DISTORTIONS } = new Function(`${text}; return { distorted, DISTORTIONS };`)();
const { image, side, strengths, mse } = JSON.parse(readFileSync(0, "utf8"));
const x = Float64Array.from(image);
for (const name of Object.keys(DISTORTIONS))
  for (const error of [0, mse])
    for (const t of strengths) {
      const y = Float32Array.from(distorted(name, x, side, side, t, error));
      process.stdout.write(Buffer.from(y.buffer));
    }
process.stderr.write(JSON.stringify(Object.keys(DISTORTIONS)));
"""


@dataclass(frozen=True)
class Recorded:
    """What the file holds.

    Attributes:
        strengths: (T,) float32, rising, above 0.
        values: name of a photograph -> (D, 2, T) float32: LPIPS of each distortion at each
            strength, as it is and scaled to the squared error ``mse``.
        about: the distortions' names in their order (JSON), network, versions, ``mse``.
    """

    strengths: Tensor
    values: dict[str, Tensor]
    about: dict[str, str]


def grey_bytes(name: str) -> Tensor:
    """Return a photograph (1, 1, 256, 256) as the page has it: grey, bytes over 255."""
    return (255 * photograph(name, grey=True)).round() / 255


def distorted(x: Tensor, strengths: tuple[float, ...]) -> tuple[list[str], Tensor]:
    """Return the lab's distortions of x (1, 1, S, S): their names, and images (D, 2, T, S, S).

    Raises:
        FileNotFoundError: Node is not installed.
    """
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node: expected Node.js, which runs the lab's script; got none")
    side = x.shape[-1]
    case = {"image": x.flatten().tolist(), "side": side, "strengths": strengths, "mse": MSE}
    command = [node, "-e", NODE, str(SCRIPT)]
    done = subprocess.run(command, input=json.dumps(case).encode(), capture_output=True, check=True)
    names = json.loads(done.stderr)
    images = torch.from_numpy(np.frombuffer(done.stdout, "<f4").copy())
    return names, images.view(len(names), 2, len(strengths), side, side)


def lpips_to(x: Tensor, images: Tensor, net: EfficientNetLite0) -> Tensor:
    """Return LPIPS with heads of 1 from x (1, 1, S, S) to images (N, S, S), as a screen shows them.

    A screen cuts off what leaves [0, 1].
    """
    found = []
    with torch.no_grad():
        reference = net(x.float().expand(-1, 3, -1, -1), value_range=(0, 1)).maps
        for part in images.clamp(0, 1)[:, None].expand(-1, 3, -1, -1).split(12):
            there = net(part.contiguous(), value_range=(0, 1)).maps
            here = [layer.expand(len(part), -1, -1, -1) for layer in reference]
            found.append(lpips(there, here, net.heads))
    return torch.cat(found)


def main() -> None:
    """Measure every photograph and write the file."""
    net = efficientnet_extractor()
    values = {}
    for name in PHOTOGRAPHS:
        x = grey_bytes(name)
        names, images = distorted(x, STRENGTHS)
        found = lpips_to(x, images.flatten(0, 2), net)
        values[name] = found.view(len(names), 2, len(STRENGTHS)).contiguous()
        print(name, flush=True)
    about = {
        "network": net.name,
        "weight_hash": net.weight_hash,
        "distortions": json.dumps(names),
        "mse": str(MSE),
        "command": "python -m gentutor.recording.lab_lpips",
    } | {name: version(name) for name in ("torch", "scikit-image")}
    new = FILE.with_suffix(".new")
    save_file(values | {"strengths": torch.tensor(STRENGTHS)}, new, about)
    new.replace(FILE)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e3:.1f} kB, {about}")


def recorded(path: Path = FILE) -> Recorded:
    """Read the file.

    >>> found = recorded()
    >>> found.values["camera"].shape, found.about["network"]
    (torch.Size([7, 2, 12]), 'efficientnet-lite0')
    """
    with safe_open(path, "pt") as file:
        values = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about = dict(file.metadata())
    return Recorded(values.pop("strengths"), values, about)


if __name__ == "__main__":
    main()
