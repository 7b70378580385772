"""In this folder the package finds the machine's GPU."""

import pytest

import autograd_engine as ag
from tests import gpus


@pytest.fixture(autouse=True, scope="module")
def gpu_of_the_machine():
    """What CuPy finds, with convolutions as precise as the CPU's."""
    with gpus.found():
        ag.backends.cudnn.allow_tf32 = False
        yield
        ag.backends.cudnn.allow_tf32 = True
