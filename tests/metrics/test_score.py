"""A score says what it was measured with, bears the right name, and compares with its like."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from gentutor.data import digits
from gentutor.metrics.fid import fid
from gentutor.metrics.inception_score import inception_score
from gentutor.metrics.kid import kid
from gentutor.metrics.lpips import lpips
from gentutor.metrics.networks.digits import digits_extractor
from gentutor.metrics.networks.features import extract
from gentutor.metrics.networks.inception import Inception
from gentutor.metrics.networks.trunks import Trunk
from gentutor.metrics.score import METRICS, Score, ScoreOverParts


def test_scores_on_the_digits_extractor_bear_its_name() -> None:
    d, net = digits(), digits_extractor()
    real, fake = (
        extract(net, x.view(-1, 1, 8, 8), value_range=(0, 1)) for x in (d.x_train, d.x_test)
    )
    maps = [net(x.view(-1, 1, 8, 8), value_range=(0, 1)).maps for x in d.x_test[:40].split(20)]
    sizes = {"n_fake": 360, "n_real": 1437}
    scores = {
        "FD-digits": Score.of("FID", fid(real.features, fake.features), net, **sizes),
        "KD-digits": Score.of("KID", kid(real.features, fake.features), net, **sizes),
        "IS-digits": Score.of("IS", inception_score(fake.logits), net, n_fake=360),
        "LPIPS-digits": Score.of("LPIPS", lpips(*maps, net.heads).mean(), net, n_fake=20),
    }
    for name, score in scores.items():
        text = str(score)
        assert score.name == name
        assert text.startswith(name + " ")
        assert f"weights {net.weight_hash}" in text
        assert f"{score.n_fake} fake, {score.n_real} real" in text
        assert text.endswith("resize none)")
        assert "(higher is" in text if name == "IS-digits" else "(lower is" in text
    assert "±" in str(scores["IS-digits"])
    assert "±" not in str(scores["FD-digits"])
    assert scores["IS-digits"].std == float(inception_score(fake.logits).std)


@pytest.mark.parametrize("metric", METRICS)
def test_only_its_own_network_gives_a_metric_its_name(metric: str) -> None:
    def name(network: str) -> str:
        fields = {"network": network, "weight_hash": "0", "n_fake": 2, "n_real": 2}
        return Score(metric=metric, value=1.0, **fields).name

    own = METRICS[metric].networks
    assert all(name(network) == metric for network in own)
    for other in ("digits", "resnet", "vgg" if metric != "LPIPS" else "inception"):
        assert name(other) == f"{METRICS[metric].elsewhere}-{other}"
    assert ("FID" in own) is False
    assert METRICS[metric].elsewhere not in ("FID", "KID", "FID-infinity")


@pytest.mark.parametrize("network", ["inception_small", "inceptionv4", "vgg_digits", "alexnet2"])
def test_a_network_of_a_similar_name_is_another_network(network: str) -> None:
    fields = {"network": network, "weight_hash": "0", "n_fake": 2, "n_real": 2}
    assert Score(metric="FID", value=1.0, **fields).name == f"FD-{network}"
    assert Score(metric="LPIPS", value=1.0, **fields).name == f"LPIPS-{network}"


def test_the_resize_travels_with_the_extractor() -> None:
    value = torch.tensor(3.0)
    texts = {
        how: Score.of("FID", value, Inception(how), n_fake=5, n_real=5)
        for how in ("tensorflow", "torch", "bicubic")
    }
    for how, score in texts.items():
        assert str(score).endswith(f"resize {how})")
    with pytest.raises(ValueError, match=r"same resize, tensorflow, got torch"):
        texts["tensorflow"].beats(texts["torch"])
    said = Score.of("LPIPS", value, Trunk("vgg"), n_fake=5, resize="to 64 x 64, bicubic")
    assert str(said).endswith("resize to 64 x 64, bicubic)")


SCORE = Score(metric="FID", value=3.2, network="n", weight_hash="ab", n_fake=500, n_real=400)


@pytest.mark.claim("fid-lower")
@pytest.mark.claim("is-higher")
def test_each_metric_has_its_direction() -> None:
    better = {name for name, metric in METRICS.items() if metric.higher_is_better}
    assert better == {"PSNR", "SSIM", "MS-SSIM", "IS", "precision", "recall", "density", "coverage"}
    for metric in METRICS:
        low, high = (replace(SCORE, metric=metric, value=value) for value in (1.0, 2.0))
        assert high.beats(low) == (metric in better)
        assert low.beats(high) == (metric not in better)
        assert not low.beats(low)


@pytest.mark.claim("met-pretrained")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metric", "KID"),
        ("network", "m"),
        ("weight_hash", "cd"),
        ("n_fake", 501),
        ("n_real", 401),
        ("resize", "torch"),
    ],
)
def test_scores_measured_in_different_ways_do_not_compare(field: str, value: object) -> None:
    other = replace(SCORE, **{field: value})
    message = rf"other: expected a score of the same {field}, .*, got {value}; "
    with pytest.raises(ValueError, match=message):
        SCORE.beats(other)
    with pytest.raises(ValueError, match=rf"of the same {field}, "):
        other.beats(SCORE)


def test_parts_are_summarised() -> None:
    values = torch.tensor([1.0, 2.0, 6.0], dtype=torch.float64)
    for ddof in (0, 1):
        found = ScoreOverParts.of(values, ddof=ddof)
        assert float(found.mean) == 3
        assert float(found.std) == pytest.approx((14 / (3 - ddof)) ** 0.5)
        assert torch.equal(found.values, values)
    assert float(ScoreOverParts.of(values[:1], ddof=1).std) == 0


def test_bad_fields_are_named() -> None:
    for fields, message in (
        ({"metric": "fid"}, r"metric: expected one of PSNR, .*; got 'fid'"),
        ({"n_fake": 0}, r"n_fake: expected an integer >= 1, got 0"),
        ({"n_real": -1}, r"n_real: expected an integer >= 0, got -1"),
    ):
        with pytest.raises(ValueError, match=message):
            replace(SCORE, **fields)
    net = SimpleNamespace(name="n", weight_hash="ab", resize="none")
    with pytest.raises(TypeError, match=r"n_fake"):
        Score.of("FID", torch.tensor(1.0), net)  # a score of an unknown number of images


def test_a_single_estimate_has_no_spread_to_print() -> None:
    net, features = digits_extractor(), torch.rand(40, 8)
    one = Score.of("KID", kid(features[:20], features[20:]), net, n_fake=20, n_real=20)
    assert one.std is None
    assert "±" not in str(one)
    parts = ScoreOverParts.of(torch.tensor([1.0, 1.0]))  # two that agree do have one: 0
    assert "± 0 " in str(Score.of("KID", parts, net, n_fake=20, n_real=20))
