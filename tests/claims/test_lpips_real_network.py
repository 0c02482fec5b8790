"""What the chapter says of LPIPS on a network trained on ImageNet, and of the released heads."""

import pytest
import torch
from torch import Tensor

from gentutor.data import crops, photograph
from gentutor.metrics import lpips, psnr, ssim
from gentutor.metrics.lpips import layer_distances
from gentutor.metrics.networks.efficientnet import EfficientNetLite0, efficientnet_extractor
from gentutor.metrics.networks.features import Extractor, load_weights
from gentutor.metrics.networks.trunks import shipped_heads
from gentutor.plain.lpips import attack
from gentutor.threads import one_thread


@pytest.fixture(scope="module")
def net() -> EfficientNetLite0:
    return efficientnet_extractor()


@pytest.fixture(autouse=True)
def on_one_thread():
    with one_thread():
        yield


def between(net: Extractor, x: Tensor, y: Tensor) -> Tensor:
    """Return what each layer adds to the distance of images in [0, 1]."""
    maps = [net(image.float(), value_range=(0, 1)).maps for image in (x, y)]
    return layer_distances(*maps, net.heads)


def blurred(x: Tensor, width: int) -> Tensor:
    place = torch.arange(-3 * width, 3 * width + 1.0, dtype=x.dtype)
    kernel = torch.exp(-(place**2) / (2 * width**2))
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    x = torch.nn.functional.pad(x, (3 * width,) * 4, mode="reflect")
    x = torch.nn.functional.conv2d(x, kernel, groups=3)
    return torch.nn.functional.conv2d(x, kernel.mT, groups=3)


@pytest.mark.claim("lpips-deep")
@pytest.mark.parametrize("name", ["chelsea", "astronaut", "coffee"])
def test_a_shift_fades_from_layer_to_layer_and_blur_does_not(
    net: EfficientNetLite0, name: str
) -> None:
    x = photograph(name, 128)
    moved, soft = between(net, x, x.roll(3, -1))[0], between(net, x, blurred(x, 3))[0]
    assert float(moved[0] / moved.sum()) > float(soft[0] / soft.sum()) + 0.05
    assert float(moved[-1] / moved.sum()) < 0.75 * float(soft[-1] / soft.sum())
    assert psnr(x.roll(3, -1), x, data_range=1) < psnr(blurred(x, 3), x, data_range=1)
    assert ssim(x.roll(3, -1), x, data_range=1) < ssim(blurred(x, 3), x, data_range=1)
    assert float(moved.sum()) < 0.8 * float(soft.sum())


@pytest.mark.claim("lpips-backbone")
def test_untrained_networks_over_eight_seeds(net: EfficientNetLite0) -> None:
    """They sort crops of four photographs worse, and mind brightness more than blur."""
    cut = crops(32, 64, seed=1)
    i, j = torch.triu_indices(32, 32, offset=1)
    same = cut.source[i] == cut.source[j]
    x = photograph("chelsea", 64)
    brighter, soft = (x + 0.1).clamp(0, 1), blurred(x, 3)

    def sorted_right(one: Extractor) -> float:
        maps = one(cut.x, value_range=(0, 1)).maps
        d = lpips([m[i] for m in maps], [m[j] for m in maps], one.heads)
        return float((d[same][:, None] < d[~same]).double().mean())

    trained, scores = sorted_right(net), []
    assert float(between(net, x, brighter).sum()) < 0.2 * float(between(net, x, soft).sum())
    for seed in range(8):
        torch.manual_seed(seed)
        blank = EfficientNetLite0().requires_grad_(False)
        scores.append(sorted_right(blank))
        assert float(between(blank, x, brighter).sum()) > float(between(blank, x, soft).sum())
    assert max(scores) < trained - 0.03, (trained, scores)
    assert sum(scores) / 8 < trained - 0.08, (trained, scores)


@pytest.mark.claim("lpips-backbone")
def test_the_way_over_the_middle_is_shorter(net: EfficientNetLite0) -> None:
    x = photograph("chelsea", 128)
    soft = blurred(x, 3)
    middle = (x + soft) / 2
    direct = between(net, x, soft).sum()
    legs = [between(net, x, middle).sum(), between(net, middle, soft).sum()]
    assert float(direct) > 1.1 * float(sum(legs))
    assert float(direct.sqrt()) < float(legs[0].sqrt() + legs[1].sqrt())


@pytest.mark.claim("lpips-backbone")
def test_an_attack_that_nobody_sees_costs_as_much_as_blur(net: EfficientNetLite0) -> None:
    x = photograph("chelsea", 64).float()
    there = net(x, value_range=(0, 1)).maps

    def far(images: Tensor) -> Tensor:
        return lpips(net(images, value_range=(0, 1)).maps, there, net.heads)

    torch.manual_seed(0)
    radius = 2 / 255
    attacked = attack(far, x, radius, steps=10)
    chance = (x + radius * torch.randn_like(x).sign()).clamp(0, 1)
    assert float(psnr(attacked, x, data_range=1)) > 41
    assert float(far(attacked)) > 10 * float(far(chance))
    assert float(far(attacked)) > float(far(blurred(x, 1)))


@pytest.mark.claim("lpips-formula")
def test_the_released_heads_are_what_the_chapter_says() -> None:
    heads = {
        name: torch.cat([w.flatten() for w in load_weights(shipped_heads(name)).values()])
        for name in ("alexnet", "vgg")
    }
    assert {name: len(w) for name, w in heads.items()} == {"alexnet": 1152, "vgg": 1472}
    assert min(float(w.min()) for w in heads.values()) >= 0
    assert float((heads["alexnet"] == 0).double().mean()) == pytest.approx(0.13, abs=0.005)
    assert float(heads["vgg"].min()) > 0
    assert all(float(w.mean()) == pytest.approx(0.09, abs=0.005) for w in heads.values())
