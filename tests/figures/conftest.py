"""What the tests of figures share."""

from collections.abc import Iterator

import pytest
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close a test's figures after it."""
    yield
    plt.close("all")
