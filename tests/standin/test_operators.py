"""Every operator on arrays that are not NumPy's: the same numbers, and nobody waits for the device.

There is no row that cannot run. Those that have to look at a value are named here, each with the reason.
"""

import numpy as np
import pytest

from tests.table import TABLE
from tests.table.operators import Operator

from . import counts
from .comparison import check_same, draws_its_own, on_device, on_host, outcomes

ROWS = [pytest.param(row, id=row.name) for row in TABLE.values()]

SIZE = "the size of the result depends on the values"
ZERO = "the derivative without a zero costs less by the order of the size"
HOST = "SciPy computes on the host, for the device's library has no such function"
READING = {
    **dict.fromkeys(["unique", "unique_consecutive", "argwhere", "nonzero", "bincount", "masked_select"], SIZE),
    **dict.fromkeys(["masked_scatter", "repeat_interleave", "repeat_interleave(repeats)", "one_hot"], SIZE),
    **dict.fromkeys(["getitem", "setitem", "index_put"], f"by a mask: {SIZE}"),
    "histc": "the parts lie between the smallest and the largest value, and a mask says which lie inside",
    **dict.fromkeys(["cumprod", "linalg.det"], ZERO),
    **dict.fromkeys(["scatter", "scatter_reduce", "index_reduce"], f"of products: {ZERO}"),
    "logcumsumexp": "values that lie near each other need no matrix of all differences",
    **dict.fromkeys(
        ["linalg.lu", "linalg.lu_factor", "lu", "linalg.lu_solve", "lu_solve", "linalg.matrix_exp"], HOST
    ),
    **dict.fromkeys(["linalg.cholesky_ex", "linalg.inv_ex", "linalg.solve_ex", "histogram"], HOST),
    "linalg.lstsq": "there are residuals if the rank is full",
    "ctc_loss": "the graph of the recursion depends on the lengths and the labels",
    "embedding": "with max_norm or scale_grad_by_freq: how often a row is named",
    "embedding_bag": "the bags may have any lengths",
}
"""The rows that look at a value, and why."""


def looks(row: Operator, dtype) -> int:
    """Compare all calls of a row on both kinds, and say how often the host looked at a value."""
    found = 0
    for call in (*row.calls, *row.edges):
        expected = outcomes(row, call, on_host, dtype)
        counts.clear()
        results = outcomes(row, call, on_device, dtype)
        found += counts.reads
        if draws_its_own(row, call):
            assert [r.shape for r in results] == [r.shape for r in expected]
        else:
            check_same(results, expected, dtype)
    return found


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", ROWS)
def test_every_operator_gives_the_same_on_a_device(row: Operator, dtype):
    found = looks(row, dtype)
    assert bool(found) == (row.name in READING), f"the host looked {found} times"


def test_the_rows_that_look_exist():
    assert READING.keys() <= TABLE.keys()
