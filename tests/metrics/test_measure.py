"""``measure``: folders, arrays and tensors give one labelled score, and bad files are named."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from gentutor import metrics
from gentutor.data import crops
from gentutor.metrics.folders import images
from gentutor.metrics.measure import METRICS, measure
from gentutor.metrics.networks.efficientnet import efficientnet_extractor
from gentutor.metrics.networks.features import extract
from gentutor.metrics.networks.inception import Inception
from gentutor.metrics.networks.trunks import Trunk


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """Return ten crops of photographs and noisy copies, (10, 3, 48, 48) bytes."""
    x = (255 * crops(10, 48, seed=3).x).round()
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    return x.byte(), (x + 12 * noise).clamp(0, 255).byte()


def save(folder: Path, x: Tensor, suffix: str = ".png") -> Path:
    """Write bytes (N, C, H, W) as files 00.png, 01.png and so on."""
    folder.mkdir()
    for number, image in enumerate(x):
        array = image[0].numpy() if len(image) == 1 else image.permute(1, 2, 0).numpy()
        Image.fromarray(array).save(folder / f"{number:02}{suffix}")
    return folder


@pytest.fixture(scope="module")
def folders(pair: tuple[Tensor, Tensor], tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("pictures")
    return save(root / "real", pair[0]), save(root / "fake", pair[1], ".bmp")


def by_hand(metric: str, x: Tensor, y: Tensor) -> float:
    """Return the value from the metric's own function."""
    options = {"data_range": 255}
    if metric in ("psnr", "ssim", "ms-ssim"):
        return float(getattr(metrics, metric.replace("-", "_"))(y, x, **options).double().mean())
    net = efficientnet_extractor()
    if metric == "lpips":
        maps = [net(image, value_range=(0, 255)).maps for image in (x, y)]
        return float(metrics.lpips(*maps, net.heads).double().mean())
    real, fake = (extract(net, image, value_range=(0, 255)) for image in (x, y))
    if metric == "is":
        return float(metrics.inception_score(fake.logits, 2).mean)
    found = getattr(metrics, metric)(real.features, fake.features)
    return float(found.mean if metric == "kid" else found)


@pytest.mark.parametrize("metric", ["psnr", "ssim", "lpips", "fid", "kid", "is"])
def test_folders_arrays_and_tensors_give_the_functions_own_number(
    metric: str, pair: tuple[Tensor, Tensor], folders: tuple[Path, Path]
) -> None:
    x, y = pair
    expected = by_hand(metric, x, y)
    options = {"n_splits": 2} if metric == "is" else {}
    arrays = [image.permute(0, 2, 3, 1).numpy() for image in pair]
    floats = [image.float() / 255 for image in pair]
    for real, fake, more in (
        (*folders, {}),
        (*map(str, folders), {"batch": 3}),
        (folders[0], y, {}),
        (x, y, {}),
        (*arrays, {}),
        (*floats, {"value_range": (0, 1)}),
    ):
        score = measure(metric, None if metric == "is" else real, fake, **options, **more)
        assert score.value == pytest.approx(expected, rel=1e-3, abs=1e-4)
        assert score.n_fake == 10


def test_the_label_says_how_it_was_measured(
    pair: tuple[Tensor, Tensor], folders: tuple[Path, Path]
) -> None:
    net = efficientnet_extractor()
    label = f"weights {net.weight_hash}; 10 fake, 10 real; resize none)"
    assert str(measure("fid", *folders)).startswith("FD-efficientnet-lite0 ")
    assert str(measure("fid", *folders)).endswith(label)
    assert str(measure("lpips", *folders)).endswith("10 pairs; resize none)")
    decibels = measure("psnr", *folders)
    assert str(decibels).startswith("PSNR 26")
    assert str(decibels).endswith("(higher is better; 10 pairs)")
    assert decibels.std == pytest.approx(
        float(metrics.psnr(pair[1], pair[0], data_range=255).std()), rel=1e-4
    )
    precision, recall = measure("precision-recall", *folders)
    assert (precision.name, recall.name) == tuple(
        f"{name}-efficientnet-lite0" for name in ("precision", "recall")
    )
    assert 0 <= precision.value <= 1
    assert measure("psnr", pair[0][:1], pair[1][:1]).std is None  # one pair has no spread


def test_a_wide_enough_picture_has_a_multi_scale_score() -> None:
    x = (255 * crops(2, 176, seed=1).x).round().byte()
    y = x.flip(-1)
    expected = float(metrics.ms_ssim(y, x, data_range=255).double().mean())
    assert measure("ms-ssim", x, y).value == pytest.approx(expected)


def test_grey_pictures_are_repeated_over_the_channels(tmp_path: Path) -> None:
    grey = (255 * crops(3, 40).x[:, :1]).round().byte()
    other = 255 - grey
    folder = save(tmp_path / "grey", grey)
    score = measure("lpips", folder, other)
    wide = measure("lpips", grey.expand(-1, 3, -1, -1), other.expand(-1, 3, -1, -1))
    assert score.value == pytest.approx(wide.value)
    assert measure("psnr", grey[:, 0].numpy(), folder).value == float("inf")


def test_another_network_is_given_by_name_or_as_itself() -> None:
    digits = torch.rand(12, 1, 8, 8)
    assert measure("fid", digits, digits, "digits", value_range=(0, 1)).name == "FD-digits"
    trunk = Trunk("vgg").requires_grad_(False)
    x = torch.randint(0, 256, (2, 3, 32, 32)).byte()
    assert measure("lpips", x, x, trunk).name == "LPIPS"
    with pytest.raises(ValueError, match=r"^network: expected one with a classifier .* got vgg"):
        measure("is", None, x, trunk)
    assert measure("fid", x, x, Inception()).name == "FID"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("fdi",), ValueError, r"^metric: expected one of psnr, .*; got 'fdi'"),
        (("fid", "vgg16"), ValueError, r"^network: expected one of digits, efficientnet-lite0"),
        (("fid", 3), TypeError, r"^network: expected a name or an Extractor, got int"),
    ],
)
def test_bad_choices_are_named(arguments: tuple, error: type, message: str) -> None:
    x = torch.zeros(2, 3, 32, 32).byte()
    with pytest.raises(error, match=message):
        measure(arguments[0], x, x, *arguments[1:])


@pytest.mark.parametrize("metric", METRICS)
def test_the_range_of_floats_is_never_guessed(metric: str) -> None:
    x = torch.rand(4, 3, 32, 32)
    with pytest.raises(ValueError, match=r"^value_range: expected such as \(0, 1\) for "):
        measure(metric, x, x)


def test_pairs_of_pixels_are_in_one_range() -> None:
    x = torch.rand(4, 3, 32, 32)
    with pytest.raises(ValueError, match=r"^value_range: .* for real, whose images are"):
        measure("psnr", x, (255 * x).byte())


def refused(folder: Path, name: str, message: str) -> None:
    """Check that a folder is refused as either argument, and the file named."""
    good = torch.zeros(2, 3, 8, 8).byte()
    for real, fake, argument in ((folder, good, "real"), (good, folder, "fake")):
        with pytest.raises(ValueError, match=message) as caught:
            measure("psnr", real, fake)
        assert str(caught.value).startswith(f"{argument}: ")
        assert name in str(caught.value)


def two(tmp_path: Path) -> Path:
    return save(tmp_path / "two", torch.zeros(2, 3, 8, 8).byte())


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    folder = two(tmp_path)
    (folder / "01.png").write_bytes(b"no picture")
    refused(folder, "01.png", "cannot read")
    whole = (folder / "00.png").read_bytes()
    (folder / "01.png").write_bytes(whole[: len(whole) // 2])  # cut off
    refused(folder, "01.png", "cannot read")


def test_a_file_of_another_size_or_kind_is_named(tmp_path: Path) -> None:
    folder = two(tmp_path)
    Image.new("RGB", (9, 8)).save(folder / "01.png")
    refused(folder, "01.png", r"one size and mode, 8 x 8 RGB as in .*00\.png, got 9 x 8 RGB")
    Image.new("L", (8, 8)).save(folder / "01.png")
    refused(folder, "01.png", r"got 8 x 8 grey in")


@pytest.mark.parametrize(
    ("mode", "hint"),
    [("RGBA", "background"), ("P", "palette"), ("I;16", "8 bits"), ("1", "8 bits")],
)
def test_a_mode_that_is_not_understood_is_named(tmp_path: Path, mode: str, hint: str) -> None:
    folder = two(tmp_path)
    Image.new(mode, (8, 8)).save(folder / "01.png")
    refused(folder, "01.png", f"got mode .* in .*; .*{hint}")


def test_sixteen_bits_are_not_cut_to_eight(tmp_path: Path) -> None:
    folder = two(tmp_path)
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(folder / "01.png")
    refused(folder, "01.png", "got mode I;16")


def test_an_animation_is_named(tmp_path: Path) -> None:
    folder = two(tmp_path)
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 200)]
    frames[0].save(folder / "01.gif", save_all=True, append_images=frames[1:])
    (folder / "01.png").unlink()
    refused(folder, "01.gif", "expected still images, got 2 frames")


def test_an_empty_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "notes.txt").write_text("no picture")
    refused(folder, "empty", r"expected images \(\.bmp, .*\), got none")
    with pytest.raises(FileNotFoundError, match=r"^real: no folder at .*nowhere"):
        measure("psnr", tmp_path / "nowhere", folder)


def test_names_that_do_not_pair_are_named(tmp_path: Path) -> None:
    real, fake = two(tmp_path), save(tmp_path / "fake", torch.zeros(3, 3, 8, 8).byte())
    with pytest.raises(ValueError, match=r"^real: expected a file for each of fake's, .* 02\.\*"):
        measure("psnr", real, fake)
    (fake / "02.png").rename(fake / "00.bmp")
    with pytest.raises(ValueError, match=r"^fake: expected one file a name, got two of 00"):
        measure("psnr", real, fake)
    (fake / "00.bmp").unlink()
    (fake / "01.png").rename(fake / "other.png")
    with pytest.raises(ValueError, match=r"^fake: expected a file for each of real's, .* 01\.\*"):
        measure("lpips", real, fake)
    assert measure("fid", real, fake).n_fake == 2  # sets need no pairs
    with pytest.raises(ValueError, match=r"^fake: expected 2 images, one for each real, got 3"):
        measure("psnr", real, torch.zeros(3, 3, 8, 8).byte())


def test_files_pair_by_name_and_not_by_place(tmp_path: Path) -> None:
    x = torch.randint(0, 256, (3, 3, 16, 16), generator=torch.Generator().manual_seed(0)).byte()
    real, fake = save(tmp_path / "real", x), save(tmp_path / "fake", x, ".bmp")
    assert measure("psnr", real, fake).value == float("inf")
    assert measure("psnr", real, fake).std is None
    (fake / "00.bmp").rename(fake / "swap.bmp")
    (fake / "01.bmp").rename(fake / "00.bmp")
    (fake / "swap.bmp").rename(fake / "01.bmp")
    assert measure("ssim", real, fake).value < 0.5  # one of three is still itself


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ([1, 2], TypeError, r"^x: expected a folder, a tensor .* got list"),
        (np.zeros((4, 4)), ValueError, r"^x: expected an array .* got \(4, 4\)"),
        (torch.zeros(3, 8, 8).byte(), ValueError, r"^x: expected shape \(N, C, H, W\), got \(3, 8"),
        (torch.zeros(0, 3, 8, 8).byte(), ValueError, r"^x: expected shape \(N, C, H, W\), got \(0"),
        (torch.zeros(1, 3, 8, 8).long(), TypeError, r"^x: expected a floating-point dtype"),
    ],
)
def test_other_sources_are_refused(source: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        images("x", source)


def test_gradients_are_as_they_were() -> None:
    measure("lpips", crops(2, 40).x, crops(2, 40, seed=1).x, value_range=(0, 1))
    assert torch.is_grad_enabled()
