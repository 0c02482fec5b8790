"""A keyword that does not exist is answered with those that do: for figures and explorables."""

import difflib
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def names_its_keywords(
    function: Callable[P, R], name: str = "", settings: Sequence[str] = ()
) -> Callable[P, R]:
    """Return the function, made to name its arguments where a keyword is mistyped.

    Args:
        function: one with ``**keywords`` and no ``settings`` comes back as it is.
        name: as it is called; the function's own where it is blank.
        settings: what ``**keywords`` may be called.

    Raises:
        TypeError: when it is called with a keyword that it does not have.

    >>> @names_its_keywords
    ... def draw(rate, distortion): ...
    >>> draw(rate=1, distorsion=2)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    TypeError: draw: expected keywords among rate, distortion; got 'distorsion', perhaps ...
    """
    parameters = inspect.signature(function).parameters.values()
    named = [each.name for each in parameters if each.kind is not each.VAR_KEYWORD]
    if len(named) < len(parameters) and not settings:
        return function
    known = [each for each in named if each != "self"] + [*settings]

    @functools.wraps(function)
    def call(*args: P.args, **given: P.kwargs) -> R:
        for keyword in given:
            if keyword not in known:
                near = difflib.get_close_matches(keyword, known, 1)
                meant = f", perhaps {near[0]!r}" if near else ""
                all_of_them = f"keywords among {', '.join(known)}" if known else "no keyword"
                raise TypeError(
                    f"{name or function.__name__}: expected {all_of_them}; got {keyword!r}{meant}"
                )
        return function(*args, **given)

    return call
