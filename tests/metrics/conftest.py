"""What the tests of metrics share."""

from collections.abc import Iterator

import pytest

from gentutor.threads import one_thread


@pytest.fixture(autouse=True)
def on_one_thread() -> Iterator[None]:
    """Keep small arrays off the second core, where they only wait for each other."""
    with one_thread():
        yield
