"""Each kernel of CUDA's source gives NumPy's numbers on a real GPU, and so does a whole training by them."""

import numpy as np
import pytest

import autograd_engine as ag
from autograd_engine.backend.kernels import choice
from tests.backend.kernel_calls import CALLS
from tests.backend.kernel_results import check
from tests.standin.forms import KERNELS, outcome, sent
from tests.standin.programs import PROGRAMS, trained

from . import need_a_gpu

need_a_gpu()
pytestmark = pytest.mark.gpu

PRECISION = {np.float32: 2e-5, np.float64: 1e-11}
"""CUDA's exponentials in float32 are right to 2 units in the last place, and sums are added in another order."""


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_gives_numpys_numbers(name, dtype):
    import cupy

    made = choice.KERNELS[name]
    for arguments in CALLS[name](np.random.default_rng(0), dtype):
        expected = outcome(made.numpy, sent(arguments, np.array))
        with ag.use_kernels("cuda"):
            check(outcome(made, sent(arguments, lambda a: cupy.array(a, order="K"))), expected, PRECISION[dtype])


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_whole_training(name):
    here = trained(PROGRAMS[name], "cpu", ag.float32)
    with ag.use_kernels("cuda"):
        there = trained(PROGRAMS[name], "cuda", ag.float32)
    np.testing.assert_allclose([x.item() for x in there.losses], [x.item() for x in here.losses], rtol=1e-4)


def test_arrays_too_long_for_one_round_of_blocks():
    x = np.random.default_rng(0).normal(size=(70_000, 33)).astype(np.float32)
    with ag.use_kernels("cuda"):
        there = ag.tensor(x, device="cuda")
        for function in (
            lambda x: ag.softmax(x, 1),
            ag.nn.functional.gelu,
            lambda x: ag.nn.functional.layer_norm(x, (33,)),
        ):
            np.testing.assert_allclose(
                function(there).tolist(), function(ag.tensor(x)).tolist(), rtol=1e-4, atol=1e-5
            )
