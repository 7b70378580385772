"""In this folder the package finds the machine's GPU."""

import pytest

from tests import gpus


@pytest.fixture(autouse=True, scope="module")
def gpu_of_the_machine():
    """What CuPy finds."""
    with gpus.found():
        yield
