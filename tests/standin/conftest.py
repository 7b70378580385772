"""In this folder the package finds two GPUs, which do not exist."""

import pytest

from .module import installed


@pytest.fixture(autouse=True)
def cupy():
    """The substitute for CuPy."""
    with installed() as module:
        yield module
