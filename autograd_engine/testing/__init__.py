"""Test derivatives: yours with `gradcheck` and `check_op`, the engine's with the op table.

gradcheck, gradgradcheck   compare the derivatives of a function with differences of the function
check_op, check_call       everything that must hold for an operator, on drawn or on given arguments
strategies                 hypothesis strategies for shapes, arrays, indices and tensors
operators, table           the engine's operators, one registration each

`check_op` and the strategies need hypothesis: `pip install "autograd_engine[test]"`.
"""

from .check import check_call, check_op
from .gradcheck import GradcheckError, NotSmoothError, gradcheck, gradgradcheck
from .strategies import arrays, broadcastable_shapes, indices, shapes, tensors
from .table import TABLE, coverage_table

__all__ = [
    "TABLE",
    "GradcheckError",
    "NotSmoothError",
    "arrays",
    "broadcastable_shapes",
    "check_call",
    "check_op",
    "coverage_table",
    "gradcheck",
    "gradgradcheck",
    "indices",
    "shapes",
    "tensors",
]
