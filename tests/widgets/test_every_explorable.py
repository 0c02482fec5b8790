"""Every explorable is read back by a test of what it draws, not only of what it says."""

import ast
import inspect
from pathlib import Path

import pytest

from gentutor import widgets

DRAWN = "test_live_drawn.py"
TRAINED = "test_drawing_functions.py"
READ_BACK = {
    "CodebookLab": (DRAWN, "test_the_codebook_draws_points_where_they_are"),
    "DistanceLab": (DRAWN, "test_the_distance_labs_four_plots"),
    "DistortionLab": (DRAWN, "test_the_distortion_lab_shows_the_changed_image_and_the_map_of_ssim"),
    "GameDynamics": (DRAWN, "test_the_games_way_and_the_eigenvalues_of_its_step"),
    "DrawnDigit": (DRAWN, "test_a_drawn_digits_codes_lie_in_their_models_map"),
    "FIDLab": (DRAWN, "test_the_fid_labs_law_dots_and_spectrum"),
    "LatentMap": (DRAWN, "test_codes_lie_in_the_map_at_their_place_and_the_prior_about_the_origin"),
    "LayerLens": (DRAWN, "test_the_layer_lens_lays_its_shares_end_to_end"),
    "ModeCollapseLab": (TRAINED, "test_the_labs_charts_follow_the_selected_run"),
    "ModeDropping": (DRAWN, "test_mode_dropping_draws_its_points_and_the_shares_that_it_says"),
    "PosteriorLab": (DRAWN, "test_the_posterior_labs_bells_and_curves_are_the_closed_forms"),
    "PushForward": (DRAWN, "test_the_push_forwards_four_plots"),
    "RangeAndDtype": (DRAWN, "test_range_and_dtype_shows_the_photograph_and_its_change"),
    "ScoreTable": (DRAWN, "test_the_score_tables_bars_are_its_probabilities"),
    "Sweep": ("test_live_sweep.py", "test_the_plane_has_its_points_and_lines_of_equal_sum"),
    "VAETrainer": (TRAINED, "test_the_trainers_curves_keep_reconstruction_and_kl_apart"),
}
READS = ("Plot(", "rgba(", "get_attribute('height')")
EVERY = [
    name
    for name in widgets.__all__
    if inspect.isclass(kind := getattr(widgets, name))
    and issubclass(kind, widgets.Explorable)
    and kind is not widgets.Explorable
]


@pytest.mark.parametrize("name", EVERY)
def test_an_explorables_drawing_is_read_back(name: str, root: Path):
    assert name in READ_BACK, f"{name}: expected a test of what it draws"
    file, test = READ_BACK[name]
    tree = ast.parse((root / "tests" / "browser" / file).read_text(encoding="utf-8"))
    (found,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == test)
    text = ast.unparse(found)
    assert "assert" in text
    assert any(reading in text for reading in READS)


def test_the_table_names_no_other():
    assert set(READ_BACK) == set(EVERY)
