"""Every operator on a real GPU gives NumPy's numbers, and so do its derivatives, in float32 to 1e-4."""

import numpy as np
import pytest

import autograd_engine as ag
from tests.standin.comparison import check_same, draws_its_own, on_host, outcomes
from tests.table import TABLE
from tests.table.operators import Operator

from . import need_a_gpu

need_a_gpu()
pytestmark = pytest.mark.gpu

PRECISION = 1e-4


def on_gpu(values) -> ag.Tensor:
    """A tensor on the GPU, in the dtype that NumPy gives the values."""
    return ag.tensor(np.array(values), device="cuda")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in TABLE.values()])
def test_every_operator_gives_numpys_numbers(row: Operator):
    kind = type(ag.zeros(1, device="cuda").array)
    for call in (*row.calls, *row.edges):
        expected = outcomes(row, call, on_host, np.float32)
        found = outcomes(row, call, on_gpu, np.float32)
        draws = draws_its_own(row, call) or str(expected) != str(outcomes(row, call, on_host, np.float32, seed=1))
        if draws:  # from another stream than NumPy's
            assert [getattr(r, "shape", r) for r in found] == [getattr(r, "shape", r) for r in expected]
        else:
            check_same(found, expected, np.float32, PRECISION / np.finfo(np.float32).eps, kind)
