"""Small nets on one thread: a second one costs more in waiting than it brings."""

from collections.abc import Iterator

import pytest

from gentutor.training.threads import one_thread


@pytest.fixture(scope="module", autouse=True)
def single_thread() -> Iterator[None]:
    """Keep torch to one thread while the claims are tested."""
    with one_thread():
        yield
