"""The commands score, stats and compare: tables, files, exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gentutor import cli
from gentutor.scoring import compare, read_report, score


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.console(), "width", 200)


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}).invoke(
        cli.app, [str(one) for one in arguments], prog_name="gentutor"
    )


def test_score_prints_a_table_and_writes_what_it_says(both, tmp_path):
    out = tmp_path / "report.json"
    options = ("--metric", "fid,psnr", "--network", "digits", "--jobs", 1, "--out", out)
    result = run("score", *both, *options)
    assert result.exit_code == 0, result.output
    content = json.loads(out.read_text())
    fid, psnr = content["scores"]
    assert f"{fid['value']:.6g}" in result.output
    assert "FD-digits" in result.output
    assert "40 generated, 40 real" in result.output
    assert f"digits: weights {fid['weight_hash']}, resize none" in result.output
    assert psnr["paired"]
    assert content["versions"]["torch"] in result.output
    report = read_report(out)
    assert report.scores == score(*both, ["fid", "psnr"], "digits", jobs=1).scores


def test_stats_then_score(both, tmp_path):
    file = tmp_path / "real.safetensors"
    how = ("--network", "digits", "--jobs", 1)
    result = run("stats", both[0], "--out", file, "--features", *how)
    assert result.exit_code == 0, result.output
    assert "40 images; network digits, weight_hash c9a21ec1175c, resize none" in result.output
    result = run("score", file, both[1], "--metric", "kid", *how)
    assert result.exit_code == 0, result.output
    assert "KD-digits" in result.output


def test_what_was_left_out_is_said(both):
    (both[1] / "003.png").write_bytes(b"")
    how = ("--metric", "fid", "--network", "digits", "--jobs", 1)
    result = run("score", *both, *how)
    assert result.exit_code == 2
    assert "003.png" in result.output
    result = run("score", *both, *how, "--skip")
    assert result.exit_code == 0, result.output
    assert "left out: generated: cannot read" in result.output
    assert "39 generated, 40 real" in result.output


@pytest.fixture
def reports(both, tmp_path) -> tuple[Path, Path]:
    """Return reports of two generated sets against the same real one."""
    paths = tmp_path / "a.json", tmp_path / "b.json"
    score(*both, ["fid", "is"], "digits", jobs=1, out=paths[0])
    score(both[0], both[0], ["fid", "kid"], "digits", jobs=1, out=paths[1])
    return paths


def test_compare_says_which_is_better(reports):
    [(mine, other)] = compare(*reports)
    assert mine.metric == other.metric == "FID"
    result = run("compare", *reports)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[1].split() == [
        *("FD-digits", f"{mine.value:.6g}", f"{other.value:.6g}", "b.json"),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"network": "inception"}, "FID: expected a score of the same network, digits, got incep"),
        ({"weight_hash": "0"}, "same weight_hash, c9a21ec1175c, got 0"),
        ({"resize": "bicubic 8 x 8"}, "same resize, none, got bicubic 8 x 8"),
        ({"n_fake": 39}, "same n_fake, 40, got 39"),
        ({"n_real": 39}, "same n_real, 40, got 39"),
        ({"network": "unknown"}, "nobody knows which network"),
    ],
)
def test_compare_refuses_and_says_why(change, why, reports):
    content = json.loads(reports[1].read_text())
    content["scores"][0] |= change
    reports[1].write_text(json.dumps(content))
    with pytest.raises(ValueError, match=why):
        compare(*reports)
    result = run("compare", *reports)
    assert result.exit_code == 2
    assert why in result.output


def test_compare_refuses_other_real_images_and_other_options(both, reports, tmp_path):
    other = tmp_path / "c.json"
    score(both[1], both[0], ["fid"], "digits", jobs=1, out=other)
    with pytest.raises(ValueError, match=r"c.json: expected the real images of .*a.json"):
        compare(reports[0], other)
    content = json.loads(reports[1].read_text())
    content["options"]["KID"]["subsets"] = 50
    other.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"KID: expected .*100.* got .*50.*do not compare"):
        compare(reports[1], other)
    content["scores"] = content["scores"][1:]
    other.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="expected one of FID, IS, got KID"):
        compare(reports[0], other)


def test_compare_refuses_what_is_no_report(reports, tmp_path):
    (tmp_path / "x.json").write_text('{"format": "other"}')
    with pytest.raises(ValueError, match="path: expected a report of gentutor score"):
        compare(reports[0], tmp_path / "x.json")
    with pytest.raises(FileNotFoundError, match="path: no report at"):
        compare(reports[0], tmp_path / "none.json")
