"""Small problems run on one thread."""

from collections.abc import Iterator

import pytest

from gentutor.training.threads import one_thread


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield
