"""Extractors against the peers' own forward pass, and the images they take."""

import math
from pathlib import Path
from types import SimpleNamespace

import lpips as lpips_package
import numpy as np
import piq.perceptual
import pytest
import pytorch_fid.inception
import torch
import torch_fidelity.sample_similarity_lpips
import torchvision.models
from cleanfid.resize import build_resizer
from photographs import photograph
from torch import Tensor, nn
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from torchmetrics.functional.image import lpips as torchmetrics_lpips

from gentutor.data import digits
from gentutor.metrics.lpips import lpips
from gentutor.metrics.networks.digits import WEIGHTS, digits_extractor
from gentutor.metrics.networks.features import Extractor, extract, load_weights
from gentutor.metrics.networks.inception import Inception, inception_extractor, resized
from gentutor.metrics.networks.trunks import lpips_trunk, shipped_heads
from gentutor.training.digits_net import accuracy, train

PEER_NAMES = {"vgg": "vgg16", "alexnet": "alexnet", "squeezenet": "squeezenet1_1"}
SHORT = {"vgg": "vgg", "alexnet": "alex", "squeezenet": "squeeze"}


def features_of(name: str) -> nn.Sequential:
    """Return torchvision's own layers with random weights."""
    if name == "vgg":
        return torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["D"])
    return getattr(torchvision.models, PEER_NAMES[name])(weights=None).features


@pytest.fixture(params=["vgg", "alexnet", "squeezenet"])
def trunk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, Path, nn.Sequential]:
    """Save a torchvision network with random weights, and let peers find it as pretrained."""
    name = request.param
    torch.manual_seed(0)
    layers = features_of(name)
    state = {f"features.{key}": value for key, value in layers.state_dict().items()}
    path = tmp_path / f"{name}.pth"
    torch.save({**state, "classifier.0.weight": torch.zeros(3, 2)}, path)
    model = SimpleNamespace(features=layers)
    monkeypatch.setattr(torchvision.models, PEER_NAMES[name], lambda **_: model)
    return name, path, layers


def pair() -> tuple[Tensor, Tensor]:
    """Return two photographs and a noisy, a blurred copy, (2, 3, 82, 96) float64 in [0, 1]."""
    x = torch.cat([photograph(name, side=96, colour=True) for name in ("coffee", "chelsea")])
    x = x[:, :, :82]  # SqueezeNet rounds this up at every pool
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype)
    y = (x + torch.tensor([0.1, 0.02])[:, None, None, None] * noise).clamp(0, 1)
    return x, y


def ours(extractor: Extractor, x: Tensor, y: Tensor, **options: float | bool) -> list[float]:
    """Return LPIPS of images in [0, 1]."""
    a, b = (extractor(image, value_range=(0, 1)).maps for image in (x, y))
    return lpips(a, b, extractor.heads, **options).tolist()


def test_lpips_and_torchmetrics_forward_pass(trunk: tuple[str, Path, nn.Sequential]) -> None:
    name, path, _ = trunk
    x, y = pair()
    extractor = lpips_trunk(name, path).double()
    peer = lpips_package.LPIPS(net=SHORT[name], verbose=False).double()
    expected = peer(x, y, normalize=True).flatten().tolist()
    assert min(expected) > 1e-4
    assert ours(extractor, x, y) == pytest.approx(expected, rel=1e-9)
    assert lpips(
        extractor(2 * x - 1, value_range=(-1, 1)).maps,
        extractor(y * 255, value_range=(0, 255)).maps,
        extractor.heads,
    ).tolist() == pytest.approx(expected, rel=1e-9)
    peer = torchmetrics_lpips._LPIPS(net=SHORT[name]).double()
    expected = peer(x, y, normalize=True).flatten().tolist()
    assert ours(extractor, x, y, eps=1e-8, eps_inside=True) == pytest.approx(expected, rel=1e-9)


def test_piq_and_torch_fidelity_forward_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    layers = features_of("vgg")
    path = tmp_path / "vgg.pth"
    torch.save({f"features.{key}": value for key, value in layers.state_dict().items()}, path)
    extractor = lpips_trunk("vgg", path)
    heads = load_weights(shipped_heads("vgg"))
    x, y = ((255 * image).round() for image in pair())

    monkeypatch.setattr(piq.perceptual, "vgg16", lambda **_: SimpleNamespace(features=layers))
    fetch = "load_state_dict_from_url"
    monkeypatch.setattr(torch.hub, fetch, lambda *_, **__: list(heads.values()))
    peer = piq.LPIPS(reduction="none")
    expected = peer.double()(x / 255, y / 255).tolist()
    assert ours(extractor.double(), x / 255, y / 255) == pytest.approx(expected, rel=1e-6)

    module = torch_fidelity.sample_similarity_lpips
    monkeypatch.setattr(module, fetch, lambda *_, **__: heads)
    monkeypatch.setattr(
        module, "torchvision_load_pretrained_vgg16", lambda: SimpleNamespace(features=layers)
    )
    monkeypatch.setattr(Tensor, "float", Tensor.double)  # it would turn images to float32
    peer = module.SampleSimilarityLPIPS("lpips").double()
    expected = peer(x.byte(), y.byte())
    assert expected.dtype == torch.float64
    found = [extractor(image.byte(), value_range=(0, 255)).maps for image in (x, y)]
    assert lpips(*found, extractor.heads).tolist() == pytest.approx(expected.tolist(), rel=1e-6)


@pytest.fixture(scope="module")
def inception_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save an Inception with random weights whose normalisations fit a photograph."""
    torch.manual_seed(0)
    net = Inception()
    normalisations = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    for layer in normalisations:
        layer.momentum = 1.0
        layer.train()
        nn.init.uniform_(layer.weight, 0.5, 1.5)
        nn.init.normal_(layer.bias, std=0.3)
    with torch.no_grad():
        net(photograph("coffee", colour=True), value_range=(0, 1))
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(net.state_dict(), path)
    return path


def test_torch_fidelity_forward_pass(inception_file: Path) -> None:
    layers = ["64", "192", "768", "2048", "logits_unbiased", "logits"]
    peer = FeatureExtractorInceptionV3("inception", layers, str(inception_file)).double()
    peer.feature_extractor_internal_dtype = torch.float64  # its option "float64" means float32
    x = (255 * photograph("chelsea", side=80, colour=True)[:, :, :60]).round().byte()
    theirs = dict(zip(layers, peer(x), strict=True))
    net = inception_extractor(inception_file, biased=True).double()
    found = net(x, value_range=(0, 255))
    for maps, key in zip(found.maps, layers, strict=False):
        error = (maps.mean((2, 3)).float() - theirs[key]).abs().max()
        assert float(error) < 1e-6, (key, error)
    assert torch.allclose(found.features.float(), theirs["2048"], rtol=1e-6, atol=1e-6)
    assert torch.allclose(found.logits.float(), theirs["logits"], rtol=1e-6, atol=1e-6)
    net.biased = False
    unbiased = net(x, value_range=(0, 255)).logits
    assert torch.allclose(unbiased.float(), theirs["logits_unbiased"], rtol=1e-6, atol=1e-6)
    assert float((found.logits - unbiased).abs().max()) > 1e-3
    assert float(found.features.std()) > 0.05  # the comparison is of a network that says something


def test_pytorch_fid_forward_pass(inception_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = load_weights(inception_file)
    monkeypatch.setattr(pytorch_fid.inception, "load_state_dict_from_url", lambda *_, **__: state)
    peer = pytorch_fid.inception.InceptionV3([2, 3]).double().eval()
    x = photograph("chelsea", side=80, colour=True)
    with torch.no_grad():
        blocks = peer(x)
    found = inception_extractor(inception_file, resize="torch").double()(x, value_range=(0, 1))
    assert torch.allclose(found.maps[2], blocks[0], rtol=1e-9, atol=1e-12)
    assert torch.allclose(found.features, blocks[1].flatten(1), rtol=1e-9, atol=1e-12)


def bicubic(length: int) -> np.ndarray:
    """Return the weights (299, length) of Keys' cubic with a = -1/2, widened when it shrinks."""
    step = length / 299
    centre = (np.arange(299)[:, None] + 0.5) * step - 0.5
    t = np.abs(np.arange(length) - centre) / max(step, 1)
    weight = np.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2)
    weight[t >= 2] = 0
    return weight / weight.sum(1, keepdims=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("side", [1, 32, 256, 299, 400])
def test_clean_fid_resizing(side: int, dtype: torch.dtype) -> None:
    """Theirs is float32 (Pillow's mode F), so both are held against the exact sums."""
    x = (255 * photograph("coffee", side=side, colour=True)).round()
    theirs = build_resizer("clean")(x[0].permute(1, 2, 0).byte().numpy()).transpose(2, 0, 1)
    mine = resized(x.to(dtype), "bicubic").clamp(0, 255)[0].numpy()
    exact = (bicubic(side) @ x[0].numpy() @ bicubic(side).T).clip(0, 255)
    assert np.abs(mine - exact).max() < (1e-9 if dtype == torch.float64 else 2e-5)
    assert np.abs(theirs - exact).max() < 5e-5
    assert np.abs(mine - theirs).max() < 255e-6  # a millionth of the range


def test_the_digits_extractor_is_what_its_log_says() -> None:
    assert WEIGHTS.stat().st_size <= 150_000
    d = digits()
    net = digits_extractor()
    held_out = accuracy(net, d.x_test.view(-1, 1, 8, 8), d.y_test)
    assert held_out >= 0.985
    log = WEIGHTS.with_name("digits.log").read_text(encoding="utf-8").splitlines()
    assert log[-1].endswith(f"test accuracy {held_out:.4f}")
    found = extract(net, d.x_test.view(-1, 1, 8, 8), value_range=(0, 1), batch=100)
    assert found.features.shape == (360, 64)
    assert float((found.logits.argmax(1) == d.y_test).double().mean()) == held_out


def test_the_training_command_makes_such_an_extractor() -> None:
    d = digits()
    before = torch.get_rng_state()
    net, log = train(seed=1)
    assert accuracy(net, d.x_test.view(-1, 1, 8, 8), d.y_test) >= 0.98
    assert len(log) == 41
    assert torch.equal(torch.get_rng_state(), before)
    again, _ = train(seed=1, epochs=1)
    other, _ = train(seed=1, epochs=1)
    assert all(
        torch.equal(a, b) for a, b in zip(again.parameters(), other.parameters(), strict=True)
    )


def test_extractors_are_frozen_and_pass_gradients_to_the_image() -> None:
    net = digits_extractor().train()
    assert not net.training
    assert not any(p.requires_grad for p in net.parameters())
    x = torch.rand(2, 1, 8, 8).requires_grad_()
    net(x, value_range=(0, 1)).features.sum().backward()
    assert float(x.grad.abs().sum()) > 0


@pytest.mark.parametrize(
    ("x", "value_range", "message"),
    [
        (torch.zeros(2, 3, 8, 8), (0, 1), r"x: expected shape \(N, 1, 8, 8\), got \(2, 3, 8, 8\)"),
        (torch.zeros(2, 1, 9, 8), (0, 1), r"x: expected shape \(N, 1, 8, 8\), got \(2, 1, 9, 8\)"),
        (torch.full((1, 1, 8, 8), -0.5), (0, 1), r"x: expected values >= 0, got -0.5"),
        (torch.full((1, 1, 8, 8), 2).byte(), (0, 1), r"x: expected values <= 1, got 2"),
        (torch.full((1, 1, 8, 8), math.nan), (0, 1), r"x: expected finite values, got 64 NaN"),
        (torch.zeros(1, 1, 8, 8), (1, 0), r"value_range: expected two .* got \(1, 0\)"),
    ],
)
def test_bad_images_are_named(x: Tensor, value_range: tuple[float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        digits_extractor()(x, value_range=value_range)


def test_bytes_and_fractions_agree_once_their_range_is_said() -> None:
    x = digits().x_test[:5].view(-1, 1, 8, 8)
    net = digits_extractor()
    expected = net(x, value_range=(0, 1)).features
    assert torch.allclose(net(2 * x - 1, value_range=(-1, 1)).features, expected, atol=1e-5)
    assert torch.allclose(net((16 * x).byte(), value_range=(0, 16)).features, expected, atol=1e-5)
    with pytest.raises(TypeError, match=r"missing .* keyword-only argument: 'value_range'"):
        net(x)
