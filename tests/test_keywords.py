"""A mistyped keyword is answered with the right ones, by every figure and every explorable."""

import inspect
import pkgutil
import re

import pytest

from gentutor import figures, widgets
from gentutor.figures import autoencoder, vae
from gentutor.keywords import names_its_keywords

FIGURES = [
    function
    for part in pkgutil.iter_modules(figures.__path__)
    for _, function in inspect.getmembers(getattr(figures, part.name), inspect.isfunction)
    if function.__module__ == f"gentutor.figures.{part.name}"
    and inspect.signature(function).return_annotation is not inspect.Signature.empty
    and not function.__name__.startswith("_")
]
EXPLORABLES = [
    each
    for name in widgets.__all__
    if inspect.isclass(each := getattr(widgets, name))
    and issubclass(each, widgets.Explorable)
    and each is not widgets.Explorable
]


def test_they_are_found():
    assert vae.latent_map in FIGURES
    assert widgets.LatentMap in EXPLORABLES
    assert len(FIGURES) > 60
    assert len(EXPLORABLES) > 14


@pytest.mark.parametrize("function", FIGURES, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_a_figure_names_its_keywords(function):
    known = list(inspect.signature(function).parameters)
    names = f"keywords among {', '.join(known)}" if known else "no keyword"
    expected = f"{function.__name__}: expected {names}; got 'objectve'"
    with pytest.raises(TypeError, match=re.escape(expected)):
        function(objectve=1)


@pytest.mark.parametrize("kind", EXPLORABLES, ids=lambda kind: kind.__name__)
def test_an_explorable_names_its_keywords(kind):
    known = [each for each in inspect.signature(kind).parameters if each != "traits"]
    expected = f"{kind.__name__}: expected keywords among {', '.join(known)}"
    with pytest.raises(TypeError, match=re.escape(expected) + ".*; got 'captoin', perhaps"):
        kind(captoin="A caption.")


def test_a_figure_that_a_chapter_borrows_does_too():
    with pytest.raises(TypeError, match="image_rows: expected keywords among rows; got 'row'"):
        autoencoder.image_rows(row={})


def test_right_keywords_and_positions_pass():
    assert names_its_keywords(lambda a, *, b=2: a + b)(1, b=4) == 5
